"""OSV records, cut down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from yanmen.intel.advisories.record import Osv, changed, ecosystems, moment, records

Make = Callable[..., dict[str, Any]]
Read = Callable[[dict[str, Any]], Osv]


def test_versions_that_the_range_names_are_not_kept_twice(osv: Make, record: Read) -> None:
    """Only those beyond it are: later ones, and such as have no place in the order."""
    given = osv("A-1", versions=("1.0", "1.5.0", "3.0", "1.0-odd"), introduced="0", fixed="2")

    ((_, kept),) = records(record(given))

    assert kept.affected[0].versions == ("3.0", "1.0-odd")


def test_each_package_has_its_own_share(osv: Make, record: Read) -> None:
    """Under the name that its ecosystem compares; releases of a distribution together."""
    given = osv("A-1", "Foo.Bar", introduced="0")
    given["affected"] += osv("A-1", "openssl", ecosystem="Debian:12", introduced="0")["affected"]
    given["affected"] += osv("A-1", "openssl", ecosystem="Debian:11", introduced="0")["affected"]
    given["affected"] += [{"package": {"name": "nameless"}}, {}]

    kept = dict(records(record(given)))

    assert set(kept) == {"PyPI\x1ffoo-bar", "Debian\x1fopenssl"}
    assert [one.release for one in kept["Debian\x1fopenssl"].affected] == ["12", "11"]
    assert set(ecosystems(record(given))) == {"PyPI", "Debian:12", "Debian:11"}


def test_commits_are_remembered_as_not_compared(osv: Make, record: Read) -> None:
    """A range of commits is no range of versions."""
    given = osv("A-1", introduced="abc", kind="GIT")

    ((_, kept),) = records(record(given))

    assert (kept.affected[0].ranges, kept.affected[0].git) == ((), True)


def test_what_is_malicious_is_known_by_its_id_and_by_its_weakness(osv: Make, record: Read) -> None:
    """OpenSSF's ids, GitHub's CWE-506; an alias is enough."""
    given = (
        osv("MAL-2026-1"),
        osv("GHSA-1", database_specific={"cwe_ids": ["CWE-506"]}),
        osv("PYSEC-1", aliases=["MAL-2026-1"]),
        osv("PYSEC-2", database_specific={"cwe_ids": "CWE-506"}),
    )

    assert [kept.malicious for one in given for _, kept in records(record(one))] == [True, True, True, False]


def test_a_withdrawal_is_a_change(osv: Make, record: Read) -> None:
    """PYSEC-2022-42969 was withdrawn in 2026 and still says that it was modified in 2022."""
    given = osv("A-1", withdrawn="2026-06-09T10:43:00Z") | {"modified": "2022-11-04T11:00:00Z"}

    assert changed(record(given)) == moment("2026-06-09T10:43:00Z")


def test_a_summary_is_one_visible_line(osv: Make, record: Read) -> None:
    """The first sentence of the details where there is none."""
    ((_, first),) = records(record(osv("A-1", summary="a\n\x1b[31mb\u202e" + "x" * 900)))
    ((_, second),) = records(record(osv("A-1", details="It fails. Then more.")))

    assert "\x1b" not in first.summary
    assert "\u202e" not in first.summary
    assert len(first.summary) < 500
    assert second.summary == "It fails."


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "--help"},
        {"id": "a\nb"},
        {"id": "A-1", "affected": [{"versions": "1.0"}]},
        {"id": "A-1", "affected": [{"package": {"name": "x" * 600, "ecosystem": "npm"}}]},
        {"id": "A-1", "aliases": [1]},
    ],
)
def test_a_record_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    """Whole, rather than half of it believed."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Osv)


@pytest.mark.parametrize("text", ["", "yesterday", None, "9999999-01-01"])
def test_a_time_that_is_none_is_none(text: str | None) -> None:
    """Zero, which stands for not given."""
    assert moment(text) == 0


def test_times_of_any_precision_compare() -> None:
    """With and without a fraction, a zone, an hour."""
    assert moment("2026-01-01") == moment("2026-01-01T00:00:00Z") < moment("2026-01-01T00:00:00.5Z")
    assert moment("2026-01-01T08:00:00+08:00") == moment("2026-01-01")
