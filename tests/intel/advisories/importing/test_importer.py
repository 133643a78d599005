"""Feeds from what others publish."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.errors import YanmenError
from yanmen.intel.advisories import Advisories
from yanmen.intel.advisories.importing.importer import Wish, sources, update
from yanmen.intel.advisories.record import moment

Make = Callable[..., dict[str, Any]]
MANY = 120


@pytest.fixture
def take(tmp_path: Path, today: int) -> Callable[..., Any]:
    """Imports a file or folder into the test's feeds."""
    return lambda path, wish=Wish(): update(tmp_path / "feeds", path, wish, clock=lambda: today)  # noqa: B008  # a value


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    """A file with a record a line."""

    def make(*records: dict[str, Any], name: str = "some.jsonl") -> Path:
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in records))
        return tmp_path / name

    return make


def test_a_database_is_known_by_its_ids(
    osv: Make, take: Callable[..., Any], lines: Callable[..., Path]
) -> None:
    """PyPA's and GitHub's are whole for what they name; OpenSSF's watches, and checks nothing else."""
    pypa = take(
        lines(*(osv(f"PYSEC-{n}", f"p{n}", introduced="0") for n in range(MANY))), Wish(force=True)
    ).card
    ghsa = take(
        lines(
            *(osv(f"GHSA-{n}", f"p{n}", ecosystem=("npm", "Go")[n % 2], introduced="0") for n in range(MANY))
        )
    ).card
    mal = take(
        lines(
            *(osv(f"MAL-{n}", f"p{n}", ecosystem=("npm", "PyPI")[n % 2], introduced="0") for n in range(MANY))
        )
    ).card

    assert (pypa.name, pypa.covers, pypa.malicious) == ("pypa", ("PyPI",), ())
    assert (ghsa.name, ghsa.covers, ghsa.malicious) == ("ghsa", ("Go", "npm"), ())
    assert (mal.name, mal.covers, mal.malicious) == ("malicious-packages", (), ("PyPI", "npm"))


def test_a_dump_is_known_by_the_ecosystem_of_all_its_records(
    osv: Make, take: Callable[..., Any], tmp_path: Path
) -> None:
    """OSV's all.zip; releases one by one; malicious packages where it names such."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in range(MANY):
            kind = ("GHSA", "MAL")[number % 2]
            archive.writestr(
                f"{number}.json", json.dumps(osv(f"{kind}-{number}", ecosystem="npm", introduced="0"))
            )
        archive.writestr("also.json", json.dumps(osv("GHSA-x", ecosystem="npm", introduced="0") | {"id": ""}))
    outcome = take(tmp_path / "all.zip")

    assert (outcome.card.name, outcome.card.covers, outcome.card.malicious) == ("osv-npm", ("npm",), ("npm",))
    assert (outcome.card.records, outcome.card.broken, outcome.broken[0].name) == (MANY, 1, "also.json")


def test_a_small_input_is_nobodys_database(
    osv: Make, take: Callable[..., Any], lines: Callable[..., Path]
) -> None:
    """It adds to what is known, under its own name, and makes nothing checked."""
    card = take(lines(osv("PYSEC-1", introduced="0"), name="Vendor feed.json")).card

    assert (card.name, card.covers) == ("own-vendor-feed", ())


def test_trees_of_files(take: Callable[..., Any], tmp_path: Path, corpus: Path) -> None:
    """PyPA's YAML, OpenSSF's and GitHub's JSON, as their repositories lay them out."""
    shutil.copytree(corpus / "trees", tmp_path / "trees")
    outcome = take(tmp_path / "trees")
    with Advisories.open(tmp_path / "feeds") as known:
        names = {one.id for one in known.named("GHSA-8p6v-2gf9-8hhm")}

    assert (outcome.card.records, outcome.card.broken, outcome.others) == (3, 0, 1)
    assert names == {"MAL-2022-9"}


def test_an_older_feed_never_takes_a_newer_ones_place_unasked(
    take: Callable[..., Any], corpus: Path, tmp_path: Path
) -> None:
    """The pair of 2024 and 2026: said, and done only by force; then the withdrawn ones are back."""
    wish = Wish(name="pair", covers=("PyPI",))
    take(corpus / "pypi_new.jsonl", wish)
    held = (tmp_path / "feeds/pair.table").read_bytes()

    with pytest.raises(YanmenError, match="older than what is held as pair: 2024-02-02, held is 2026-07-09"):
        take(corpus / "pypi_old.jsonl", wish)
    assert (tmp_path / "feeds/pair.table").read_bytes() == held
    outcome = take(corpus / "pypi_old.jsonl", wish._replace(force=True))
    assert outcome.before is not None
    assert outcome.before.records == 16


def test_the_newer_of_the_pair_withdraws(take: Callable[..., Any], corpus: Path, tmp_path: Path) -> None:
    """PYSEC-2022-42969 (py): found in 2024, withdrawn in 2026."""
    found = []
    for name in ("pypi_old", "pypi_new"):
        take(corpus / f"{name}.jsonl", Wish(name="pypa", covers=("PyPI",), force=True))
        with Advisories([one for one in _only(tmp_path / "feeds")]) as known:  # noqa: C416
            found.append({hit.aliases[-1] for hit in known.match("PyPI", "py", "1.11.0").found})

    assert found == [{"PYSEC-2022-42969"}, set()]


def _only(folder: Path) -> list[Any]:
    from yanmen.intel.advisories.shelf import Held  # noqa: PLC0415

    return [Held(path) for path in folder.glob("*.table")]


def test_a_feed_that_lost_most_of_its_records_is_not_believed(
    osv: Make, take: Callable[..., Any], lines: Callable[..., Path]
) -> None:
    """A list cut in the middle looks like one."""
    take(lines(*(osv(f"A-{n}", introduced="0") for n in range(10))), Wish(name="own"))

    with pytest.raises(YanmenError, match="4 records; own now holds 10"):
        take(lines(*(osv(f"A-{n}", introduced="0") for n in range(4))), Wish(name="own"))


def test_bad_input_leaves_what_is_held(
    osv: Make, take: Callable[..., Any], lines: Callable[..., Path], tmp_path: Path
) -> None:
    """Cut off, of no format, with nothing in it that can be read."""
    take(lines(osv("A-1", introduced="0")), Wish(name="own"))
    held = (tmp_path / "feeds/own.table").read_bytes()
    bad = {
        "cut.gz": gzip.compress(json.dumps(osv("A-2")).encode() * 999)[:-9],
        "text": b"hello",
        "none.json": b'{"id": 1}',
        "empty.zip": b"PK\x05\x06" + bytes(18),
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(YanmenError):
            take(tmp_path / name, Wish(name="own", force=True))

    assert (tmp_path / "feeds/own.table").read_bytes() == held
    assert sorted(one.name for one in (tmp_path / "feeds").iterdir()) == [".lock", "own.table"]


def test_dates_to_come_are_blemishes(osv: Make, take: Callable[..., Any], lines: Callable[..., Path]) -> None:
    """PYSEC-2024-115 was modified in the future: a feed is not fresh by that."""
    card = take(
        lines(osv("A-1", introduced="0"), osv("A-2", introduced="0", modified="2031-01-01T00:00:00Z"))
    ).card

    assert card.date == moment("2026-11-20T00:00:00Z")


def test_scores_and_entries(take: Callable[..., Any], tmp_path: Path) -> None:
    """EPSS and KEV have one name each; what is broken is counted."""
    (tmp_path / "e.csv.gz").write_bytes(
        gzip.compress(
            b"#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\nCVE-2026-1000,0.5,0.9\nx,1,1\n"
        )
    )
    card = take(tmp_path / "e.csv.gz").card

    assert (card.name, card.kind, card.records, card.broken, card.date) == (
        "epss",
        "epss",
        1,
        1,
        moment("2026-11-20"),
    )


def test_a_name_that_is_a_path_is_refused(take: Callable[..., Any], lines: Callable[..., Path]) -> None:
    """It becomes a file's."""
    with pytest.raises(YanmenError, match="cannot be a feed's name"):
        take(lines({"id": "A-1"}), Wish(name="../evil"))


def test_a_folder_of_several_feeds_is_each_of_them(
    osv: Make, take: Callable[..., Any], tmp_path: Path
) -> None:
    """Archives, lists and catalogues by themselves, then the tree of records beside them."""
    room = tmp_path / "room"
    (room / "tree").mkdir(parents=True)
    (room / "tree/a.json").write_text(json.dumps(osv("A-1", introduced="0")))
    (room / "kev.json").write_text(
        '{"catalogVersion":"2026.11.01","dateReleased":"2026-11-01",'
        '"vulnerabilities":[{"cveID":"CVE-2026-1000","dateAdded":"2026-11-01"}]}'
    )
    (room / "own.jsonl").write_text(json.dumps(osv("B-1", introduced="0")))
    (room / "README.md").write_text("nothing")
    found = sources(room)

    assert [one.name for one in found] == ["kev.json", "own.jsonl", "room"]
    outcome = take(room)
    assert (outcome.card.records, outcome.card.broken, outcome.others) == (1, 0, 1)
    shutil.rmtree(room / "tree")
    assert [one.name for one in sources(room)] == ["kev.json", "own.jsonl"]
