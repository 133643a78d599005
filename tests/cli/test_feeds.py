"""``yanmen intel update``, ``feeds``, ``show`` and ``bundle``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from yanmen.cli.intel import command
from yanmen.core.errors import YanmenError

CORPUS = Path(__file__).parents[1] / "corpora" / "advisories"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """What the command answers, in English unless another language is asked for."""

    def say(*words: str, tongue: str = "en", data: str = "data") -> Result:
        monkeypatch.setenv("YANMEN_LANG", tongue)
        result = CliRunner().invoke(command, [*words, "--data", str(tmp_path / data)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return say


def test_feeds_are_told_with_their_age(said: Callable[..., Result]) -> None:
    """The shipped ones; loudly when they are stale; in both languages and as JSON."""
    text, chinese, rows = (
        said("feeds"),
        said("feeds", tongue="zh"),
        json.loads(said("feeds", "--format", "json").output),
    )

    assert "pypa                 2026-07-23" in text.stdout
    assert "STALE" in text.stdout
    assert "are stale" in text.stderr
    assert "已过期" in chinese.stdout
    assert [(row["name"], row["shipped"]) for row in rows] == [("kev", True), ("pypa", True)]


def test_an_update_says_what_it_took(said: Callable[..., Result]) -> None:
    """And what the feed does not cover."""
    result = said("update", "--from", str(CORPUS / "malicious.jsonl"))
    covered = said(
        "update",
        "--from",
        str(CORPUS / "malicious.jsonl"),
        "--name",
        "mine",
        "--covers",
        "npm",
        "--format",
        "json",
    )
    (row,) = json.loads(covered.output)

    assert result.exit_code == covered.exit_code == 0
    assert "own-malicious: 27 records" in result.output
    assert "covers no ecosystem as a whole" in result.output
    assert (row["name"], row["covers"], row["before"]) == ("mine", ["npm"], None)


def test_what_could_not_be_read_is_named_and_counted(said: Callable[..., Result], tmp_path: Path) -> None:
    """Exit code 2, though the rest was taken."""
    (tmp_path / "some.jsonl").write_text('{"id":"A-1","affected":[]}\n{"id":7}\n')

    result = said("update", "--from", str(tmp_path / "some.jsonl"))

    assert result.exit_code == 2
    assert "own-some: 1 records" in result.stdout
    assert "line 2" in result.stderr
    assert "1 records could not be read" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("torch@2.5.1",), 1, "CVE-2025-32434"),
        (("pkg:pypi/torch@2.5.1",), 1, "fixed in 2.6.0"),
        (("PyPI:requests@99",), 0, "nothing is known against it"),
        (("npm:@ctrl/tinycolor@4.1.1",), 2, "not checked: no feed"),
        (("torch@nightly",), 2, "cannot be told: the version is none"),
        (("CVE-2025-32434",), 1, "PyPI torch: introduced 0, fixed 2.6.0"),
        (("PYSEC-2006-10",), 0, "WITHDRAWN"),
        (("CVE-1999-99999",), 2, "that is not to say that it does not exist"),
    ],
)
def test_what_is_known_is_shown(
    said: Callable[..., Result], words: tuple[str, ...], code: int, expected: str
) -> None:
    """Found, nothing found, could not be judged: three exit codes."""
    result = said("show", *words)

    assert result.exit_code == code
    assert expected in result.output


def test_what_is_known_is_shown_to_programs(said: Callable[..., Result]) -> None:
    """With words for grades, and what was not checked."""
    row = json.loads(said("show", "torch@2.5.1", "--format", "json").stdout)
    hit = next(one for one in row["found"] if one["id"] == "CVE-2025-32434")

    assert (row["checked"], row["malicious"], row["stale"]) == ("checked", "not-checked", True)
    assert (hit["severity"]["severity"], hit["epss"], hit["kev"]) == ("critical", "not-checked", "no")
    assert json.loads(said("show", "CVE-2025-32434", "--format", "json").stdout)[0]["package"] == "torch"


def test_what_is_known_is_shown_in_chinese(said: Callable[..., Result]) -> None:
    """Grades, fixes, what was not compared."""
    result = said("show", "torch@2.5.1", tongue="zh")

    assert "严重 9.8" in result.stdout
    assert "修复版本 2.6.0" in result.stdout
    assert "未比对已知恶意包" in result.stderr


def test_a_bundle_goes_from_one_site_to_another(said: Callable[..., Result], tmp_path: Path) -> None:
    """Signed, and taken only by whom its maker's key is given."""
    key = Ed25519PrivateKey.generate()
    (tmp_path / "private.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "public.pem").write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    out, trust = str(tmp_path / "out.zip"), str(tmp_path / "public.pem")
    said("update", "--from", str(CORPUS / "malicious.jsonl"))

    packed = said("bundle", out, "--key", str(tmp_path / "private.pem"))
    with pytest.raises(YanmenError, match="signed bundle; whose"):
        said("update", "--from", out, data="site")
    with pytest.raises(YanmenError, match="no signed bundle"):
        said("update", "--from", str(CORPUS / "malicious.jsonl"), "--trust", trust, data="site")
    taken = said("update", "--from", out, "--trust", trust, data="site")

    assert "own-malicious; good until" in packed.output
    assert taken.exit_code == 0
    assert said("show", "npm:axios@1.14.1", data="site").exit_code == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--from", "x", "--date", "soon"), "no day"),
        (("--from", "x", "--from", "y", "--name", "z"), "import the others by themselves"),
        (("--from", "gone.json"), "No such file"),
        (("--from", "http://127.0.0.1/x"), "only https"),
    ],
)
def test_what_a_person_can_mend_is_said(
    said: Callable[..., Result], words: tuple[str, ...], expected: str
) -> None:
    """Before anything is touched."""
    with pytest.raises(YanmenError, match=expected):
        said("update", *words)


def test_a_folder_may_hold_several_feeds(said: Callable[..., Result], tmp_path: Path) -> None:
    """A stick that was carried over: each is taken by itself."""
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick/mal.jsonl").write_bytes((CORPUS / "malicious.jsonl").read_bytes())
    (tmp_path / "stick/epss.csv").write_text(
        "#score_date:2026-11-20\ncve,epss,percentile\nCVE-2026-1000,0.1,0.2\n"
    )

    result = said("update", "--from", str(tmp_path / "stick"))

    assert result.exit_code == 0
    assert "epss: 1 records as of 2026-11-20" in result.output
    assert "own-mal: 27 records" in result.output
    with pytest.raises(YanmenError, match="import the others by themselves"):
        said("update", "--from", str(tmp_path / "stick"), "--name", "x")


def test_an_older_feed_that_was_forced_in_is_told_of(said: Callable[..., Result]) -> None:
    """The shipped one still counts, being newer."""
    old = ("update", "--from", str(CORPUS / "pypi_old.jsonl"), "--name", "pypa", "--covers", "PyPI")
    with pytest.raises(YanmenError, match="older than what is held as pypa"):
        said(*old)

    assert "older than the one before it (2026-07-23)" in said(*old, "--force").output
    assert "7080 records" in said("feeds").output
