"""The matcher over feeds that are held."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Severity
from yanmen.intel.advisories import Advisories, Epss, Kev
from yanmen.intel.advisories.importing.importer import Wish, update

Make = Callable[..., dict[str, Any]]
Feed = Callable[..., Path]
Open = Callable[..., Advisories]


def test_the_shipped_set_matches_and_says_that_it_is_stale(opened: Open, tmp_path: Path) -> None:
    """Its day is in every answer; npm is nobody's business there, which is not clean."""
    known = opened(tmp_path)
    torch, lodash = known.match("PyPI", "Torch", "2.5.1"), known.match("npm", "lodash", "4.17.0")

    assert "CVE-2025-32434" in {hit.id for hit in torch.found}
    assert (torch.checked, torch.stale, torch.malicious, torch.feeds) == (
        "checked",
        True,
        "not-checked",
        ("pypa",),
    )
    assert (lodash.found, lodash.checked, lodash.why, lodash.stale) == ((), "not-checked", "no-feed", False)
    assert {one.name: (one.date, one.stale, one.shipped) for one in known.feeds()} == {
        "kev": ("2026-08-07", True, True),
        "pypa": ("2026-07-23", True, True),
    }


def test_a_hit_is_told_with_all_that_is_known(
    osv: Make, feed: Feed, opened: Open, tmp_path: Path, today: int
) -> None:
    """Names, score, exploitation, the fix."""
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    folder = feed(
        osv(
            "PYSEC-1",
            introduced="0",
            fixed="2",
            aliases=["CVE-2021-44228"],
            severity=[{"type": "CVSS_V3", "score": vector}],
        )
    )
    (tmp_path / "epss.csv").write_text(
        "#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\nCVE-2021-44228,0.9,0.99\n"
    )
    update(folder, tmp_path / "epss.csv", clock=lambda: today)

    (hit,) = opened(folder).match("PyPI", "example", "1.0").found

    assert (hit.id, hit.aliases, hit.fixed) == ("CVE-2021-44228", ("PYSEC-1",), ("2",))
    assert (hit.severity.score, hit.severity.severity) == (9.8, Severity.CRITICAL)
    assert hit.epss == Epss(score=0.9, percentile=0.99, date="2026-11-20")
    assert hit.kev == Kev(added="2021-12-10", due="2021-12-24", ransomware=True)


def test_what_was_not_looked_up_is_not_checked(osv: Make, feed: Feed, opened: Open) -> None:
    """No EPSS feed, no CVE number: neither zero nor no."""
    (hit,) = opened(feed(osv("PYSEC-1", introduced="0"))).match("PyPI", "example", "1").found
    (other,) = (
        opened(feed(osv("CVE-2000-99999", introduced="0"), name="two"))
        .match("PyPI", "example", "1")
        .found[:1]
    )

    assert (hit.epss, hit.kev) == ("not-checked", "not-checked")
    assert other.kev == "no"


def test_withdrawn_records_never_match(osv: Make, feed: Feed, opened: Open) -> None:
    """But are found by their names, as withdrawn."""
    known = opened(feed(osv("PYSEC-1", introduced="0", withdrawn="2026-11-19T00:00:00Z", aliases=["CVE-1"])))

    assert known.match("PyPI", "example", "1").found == ()
    assert [(one.id, one.withdrawn) for one in known.named("cve-1")] == [("PYSEC-1", True)]


def test_the_newer_form_of_a_record_counts_whichever_feed_it_is_in(
    osv: Make, feed: Feed, opened: Open
) -> None:
    """A withdrawal or a correction in one feed reaches what another still holds."""
    old = osv("GHSA-1", introduced="0")
    elsewhere = osv("GHSA-1", "another", introduced="0", modified="2026-11-20T12:00:00Z")
    folder = feed(old, osv("GHSA-2", introduced="0"), name="old")
    feed(elsewhere, osv("GHSA-2", introduced="0", withdrawn="2026-11-20T13:00:00Z"), name="new")

    known = opened(folder)

    assert known.match("PyPI", "example", "1").found == ()
    assert [hit.id for hit in known.match("PyPI", "another", "1").found] == ["GHSA-1"]


def test_a_doubt_stands_beside_what_was_found(osv: Make, feed: Feed, opened: Open) -> None:
    """Unless the same vulnerability was found through another database."""
    known = opened(
        feed(
            osv("PYSEC-1", aliases=["CVE-1"]),
            osv("GHSA-1", aliases=["CVE-1"], introduced="0"),
            osv("PYSEC-2"),
        )
    )

    answer = known.match("PyPI", "example", "1.0")

    assert [hit.id for hit in answer.found] == ["CVE-1"]
    assert [(one.id, one.why) for one in answer.doubts] == [("PYSEC-2", "no-range")]


def test_a_version_that_is_not_known_lists_what_there_is(osv: Make, feed: Feed, opened: Open) -> None:
    """A package of which no advisory exists needs no version."""
    known = opened(feed(osv("PYSEC-1", introduced="0", fixed="2")))

    assert [(one.id, one.why) for one in known.match("PyPI", "example", "").doubts] == [
        ("PYSEC-1", "no-version")
    ]
    assert known.match("PyPI", "nothing-known", "").doubts == ()


def test_a_feed_of_malicious_packages_checks_nothing_else(osv: Make, feed: Feed, opened: Open) -> None:
    """Npm is watched, not checked."""
    evil = [
        osv(f"MAL-2026-{number}", f"evil{number}", ecosystem="npm", introduced="0") for number in range(120)
    ]
    folder = feed(*evil, name="malicious-packages", covers=None)

    answer = opened(folder).match("npm", "evil7", "1.0.0")

    assert (answer.found[0].malicious, answer.found[0].severity.word) == (True, "critical")
    assert (answer.checked, answer.why, answer.malicious) == ("not-checked", "only-malicious", "checked")


def test_a_distribution_is_covered_release_by_release(osv: Make, feed: Feed, opened: Open) -> None:
    """Debian 12 is held; 13 is not, and without a release it cannot be told."""
    known = opened(
        feed(osv("DSA-1", "openssl", ecosystem="Debian:12", introduced="0"), covers=("Debian:12",))
    )

    assert known.match("Debian:12", "openssl", "1").checked == "checked"
    assert (known.match("Debian:13", "openssl", "1").why, known.match("Debian:13", "openssl", "1").found) == (
        "no-feed",
        (),
    )
    assert known.match("Debian", "curl", "1").why == "no-release"
    assert known.match("Debian", "openssl", "1").doubts[0].why == "no-release"


def test_a_feed_grows_stale(osv: Make, feed: Feed, opened: Open) -> None:
    """After a fortnight, unless the site says otherwise."""
    folder = feed(osv("PYSEC-1", introduced="0"))

    assert not opened(folder, days_later=13).match("PyPI", "example", "1").stale
    assert opened(folder, days_later=15).match("PyPI", "example", "1").stale


def test_the_awkward_shapes_of_known_malicious_packages(feed: Feed, opened: Open, corpus: Path) -> None:
    """Two ranges that overlap, every version, scoped names, names that look like options, an alias in another database."""
    lines = (corpus / "malicious.jsonl").read_text("utf-8").splitlines()
    known = opened(feed(*map(json.loads, lines), name="mal", covers=()))

    def names(ecosystem: str, name: str, version: str) -> list[str]:
        return [hit.id for hit in known.match(ecosystem, name, version).found]

    assert names("npm", "--no-audit", "") == ["MAL-2022-4"]
    assert (
        names("npm", "@ctrl/tinycolor", "4.1.1")
        == names("npm", "@ctrl/tinycolor", "0.0.1")
        == ["MAL-2025-47141"]
    )
    assert names("npm", "postmark-mcp", "1.0.15") == []
    assert names("npm", "postmark-mcp", "1.0.16") == ["MAL-2025-47604"]
    assert names("npm", "axios", "1.14.1") == ["MAL-2026-2307"]
    assert names("npm", "axios", "1.14.0") == []
    (litellm,) = [hit for hit in known.match("PyPI", "LiteLLM", "1.82.8").found if hit.malicious]
    assert litellm.ids == ("MAL-2026-2144", "PYSEC-2026-2")
    assert litellm.feeds == ("mal", "pypa")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=st.data())
def test_more_records_never_remove_a_hit(osv: Make, tmp_path: Path, today: int, data: st.DataObject) -> None:
    """Whatever is added, but for a withdrawal: all that was found is still found, in whichever finding."""
    version = st.integers(0, 5).map(str)
    made = st.builds(
        lambda number, opens, closes, aliases: osv(
            f"PYSEC-{number}", introduced=opens, fixed=closes, aliases=[f"CVE-{one}" for one in aliases]
        ),
        st.integers(0, 30), version, version, st.lists(st.integers(0, 6), max_size=2),
    )  # fmt: skip
    some = data.draw(st.lists(made, min_size=1, max_size=6, unique_by=lambda one: one["id"]))
    more = [
        one
        for one in data.draw(st.lists(made, max_size=6))
        if one["id"] not in {other["id"] for other in some}
    ]
    asked = data.draw(version)

    before, after = (_found(tmp_path, records, asked, today) for records in (some, [*some, *more]))

    assert before <= after


def _found(tmp_path: Path, records: list[dict[str, Any]], version: str, today: int) -> set[str]:
    shutil.rmtree(tmp_path / "feeds", ignore_errors=True)
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, [*records, {"id": "LAST-1"}])))
    update(tmp_path / "feeds", tmp_path / "own.jsonl", Wish(name="own"), clock=lambda: today)
    with Advisories.open(tmp_path / "feeds", clock=lambda: today) as known:
        return {name for hit in known.match("PyPI", "example", version).found for name in hit.ids}


def test_an_advisory_is_told_by_any_of_its_names(opened: Open, tmp_path: Path) -> None:
    """With the packages and the versions that it is about."""
    (found,) = opened(tmp_path).named("cve-2025-32434")

    assert (found.id, found.ecosystem, found.package) == ("PYSEC-2025-41", "PyPI", "torch")
    assert found.ranges == ("introduced 0, fixed 2.6.0",)
    assert opened(tmp_path).named("CVE-0000-0000") == ()
