"""What an input is, by its content."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yanmen.intel.advisories.importing import formats
from yanmen.intel.advisories.importing.formats import Entry, Other, Recognised, Score
from yanmen.intel.advisories.importing.reading import Broken, Reading
from yanmen.intel.advisories.record import Osv

OSV = {"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": []}
KEV = {"cveID": "CVE-2026-1000", "dateAdded": "2026-01-02", "knownRansomwareCampaignUse": "Known"}
CATALOGUE = {"title": "x", "catalogVersion": "2026.01.03", "dateReleased": "2026-01-03T00:00:00Z"}


@pytest.fixture
def reads(tmp_path: Path) -> Callable[[bytes], Reading]:
    """A file of some bytes, under a name that says nothing."""

    def make(data: bytes) -> Reading:
        (tmp_path / "input").write_bytes(data)
        return Reading(tmp_path / "input")

    return make


def dumped(value: Any, **more: Any) -> bytes:
    """As JSON."""
    return json.dumps(value, **more).encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (dumped(OSV), ("osv", "whole")),
        (dumped(OSV, indent=2), ("osv", "whole")),
        (b"\xef\xbb\xbf" + dumped(OSV), ("osv", "whole")),
        (dumped(OSV) + b"\n" + dumped(OSV) + b"\n", ("osv", "lines")),
        (gzip.compress(dumped(OSV) + b"\n" + dumped(OSV)), ("osv", "lines")),
        (dumped([OSV, OSV]), ("osv", "whole")),
        (dumped({"component": "vllm", "ids": []}), ("osv", "lines")),
        (b"id: A-1\nmodified: 2026-01-01T00:00:00Z\n", ("osv", "whole")),
        (dumped(CATALOGUE | {"vulnerabilities": [KEV]}), ("kev", "whole")),
        (dumped(CATALOGUE | {"vulnerabilities": [KEV]}, indent=1), ("kev", "whole")),
        (dumped(CATALOGUE | {"count": 1}) + b"\n" + dumped(KEV), ("kev", "lines")),
        (b'"cveID","vendorProject","dateAdded"\nCVE-2026-1,x,2026-01-01\n', ("kev", "csv")),
        (b"#model_version:v1,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\n", ("epss", "csv")),
        (b"cve,epss,percentile\n", ("epss", "csv")),
        (b"PK\x03\x04", ("osv", "documents")),
        (b"hello", ("unknown", "whole")),
        (b"", ("unknown", "whole")),
    ],
)
def test_formats_are_told_by_content(
    reads: Callable[[bytes], Reading], data: bytes, expected: tuple[str, str]
) -> None:
    """Never by a name."""
    assert formats.recognised(reads(data)) == Recognised(*expected)  # type: ignore[arg-type]  # parameters are text


def test_yaml_records_are_read_as_text(reads: Callable[[bytes], Reading]) -> None:
    """A version 1.10 is no number, a date no object."""
    data = b"""id: PYSEC-1
modified: 2026-01-01T00:00:00Z
affected:
- package: {name: x, ecosystem: PyPI}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: 1.10}, {fixed: 1.20}]
  versions: [1.10, 1e3, 0o7]
"""
    (one,) = formats.osv(reads(data), "whole")

    assert isinstance(one, Osv)
    assert one.affected is not None
    assert one.affected[0].versions == ["1.10", "1e3", "0o7"]
    assert one.modified == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"id":"A-1","database_specific":' + b"[" * 1_000_000,
        b'{"id":"A-1","affected":' + b'[{"a":' * 100_000,
        b"id: &a [1]\nb: *a\n",
        b"id: A\nb: " + b"[" * 100 + b"]" * 100,
        b"id: !!python/object/apply:os.system [true]\n",
        b'{"id":"A-1","summary":"\xff\xfe"}',
        '{"id":"A-1"}'.encode("utf-16-le"),
        b'{"id":null}',
        b"id: \x00\n",
    ],
)
def test_a_malformed_record_is_named_and_stops_nothing(
    reads: Callable[[bytes], Reading], data: bytes
) -> None:
    """Deep, referring to itself, of another encoding, of other types."""
    (one,) = formats.osv(reads(data), "whole")

    assert isinstance(one, Broken)


def test_records_after_a_malformed_one_are_read(reads: Callable[[bytes], Reading]) -> None:
    """In lists and in lines."""
    lines = reads(dumped(OSV) + b"\n{broken\n" + dumped(OSV | {"id": "A-2"}))
    found = list(formats.osv(lines, "lines"))
    listed = list(formats.osv(reads(dumped({"vulns": [OSV, {"id": 7}, OSV]})), "whole"))

    assert [one.id if isinstance(one, Osv) else one.name for one in found] == ["A-1", "line 2", "A-2"]
    assert [isinstance(one, Broken) for one in listed] == [False, True, False]


def test_kev_in_its_three_forms(reads: Callable[[bytes], Reading]) -> None:
    """JSON, lines, CSV: entries and a date; one that is none is named."""
    entry = Entry(cve="CVE-2026-1000", added="2026-01-02", used="Known")
    whole = list(formats.kev(reads(dumped(CATALOGUE | {"vulnerabilities": [KEV, {"cveID": "x"}]})), "whole"))
    lines = list(formats.kev(reads(dumped(CATALOGUE) + b"\n" + dumped(KEV)), "lines"))
    table = list(
        formats.kev(
            reads(b"cveID,dateAdded,knownRansomwareCampaignUse\nCVE-2026-1000,2026-01-02,Known\n"), "csv"
        )
    )

    assert whole[:2] == lines == ["2026-01-03T00:00:00Z", entry]
    assert isinstance(whole[2], Broken)
    assert table == [entry]


def test_epss_names_what_is_no_score(reads: Callable[[bytes], Reading]) -> None:
    """Beyond 1, no number, no CVE, a row cut short."""
    rows = [
        "CVE-2026-1000,0.5,0.9",
        "CVE-2026-1001,1.5,0.9",
        "CVE-2026-1002,nan,0",
        "x,0,0",
        "CVE-2026-1003,0.1",
    ]
    rows += ["CVE-2026-1004,0\r1,0"]
    data = "\n".join(["#score_date:2026-01-01", "cve,epss,percentile", *rows]).encode()
    found = list(formats.epss(reads(data)))

    assert found[:2] == ["2026-01-01", Score(cve="CVE-2026-1000", epss=0.5, percentile=0.9)]
    assert [isinstance(one, Broken) for one in found[2:]] == [True] * 5


def test_rules_about_components_become_records(reads: Callable[[bytes], Reading]) -> None:
    """Of one id in one record; exclusive ends kept; a rule without versions has no range."""
    after = {"introduced": "1", "introduced_exclusive": True}
    rows = [
        {"component": "vLLM", "ids": ["CVE-2026-1", "GHSA-1"], "ranges": [after | {"fixed": "2"}]},
        {"component": "ray", "ids": ["CVE-2026-1"], "ranges": [{"introduced": "0", "last_affected": "3"}], "severity": "HIGH"},
        {"component": "mcp sse", "ids": [], "rule_kind": "exposure", "ranges": []},
        {"component": "none", "ids": ["CVE-2026-2"], "ranges": [], "empty": True},
    ]  # fmt: skip
    found = {
        one.id: one
        for one in formats.osv(reads(b"\n".join(map(dumped, rows))), "lines")
        if isinstance(one, Osv)
    }

    assert set(found) == {"CVE-2026-1", "AI-mcp-sse", "CVE-2026-2"}
    both = found["CVE-2026-1"]
    assert both.aliases == ["GHSA-1"]
    assert [one.package.name for one in both.affected or () if one.package] == ["vLLM", "ray"]
    assert found["CVE-2026-2"].affected == []


def test_a_rule_whose_id_is_none_is_named(reads: Callable[[bytes], Reading]) -> None:
    """Found by mutating a feed."""
    rows = [{"component": "vllm", "ids": ["--CVE"]}, {"component": "vllm", "ids": ["CVE-2026-1"]}]
    found = list(formats.osv(reads(b"\n".join(map(dumped, rows))), "lines"))

    assert [isinstance(one, Broken) for one in found] == [True, False]


@pytest.mark.parametrize(
    "data", [b"false_positives:\n- id: CVE-1\n", b'{"version": 1, "settings": {"id": "A-1"}}']
)
def test_a_repositorys_own_settings_are_no_broken_records(
    reads: Callable[[bytes], Reading], data: bytes
) -> None:
    """triage/false_positives.yaml of PyPA's database has none of a record's fields."""
    assert list(formats.osv(reads(data), "whole")) == [Other("input")]
