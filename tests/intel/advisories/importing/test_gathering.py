"""Records on their way into a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from yanmen.intel.advisories.advisories import MENTIONS, NAME, PACKAGE, RECORDS
from yanmen.intel.advisories.importing.gathering import Gathering
from yanmen.intel.advisories.record import Osv

Make = Callable[..., dict[str, Any]]
Read = Callable[[dict[str, Any]], Osv]


def test_of_two_with_one_id_the_one_changed_later_stands(osv: Make, record: Read, tmp_path: Path) -> None:
    """In either order; the other is counted."""
    early = osv("A-1", "one", introduced="0", modified="2026-01-01T00:00:00Z")
    late = osv("A-1", "two", introduced="0", modified="2026-01-02T00:00:00Z")
    for order in ((early, late), (late, early)):
        with Gathering(tmp_path) as gathering:
            for one in order:
                gathering.add(record(one))
            kept = dict(gathering.entries())

        assert (len(gathering), gathering.replaced) == (1, 1)
        assert PACKAGE + "PyPI\x1fone" not in kept
        assert [one.id for one in RECORDS.decode(kept[PACKAGE + "PyPI\x1ftwo"])] == ["A-1"]
        assert [one.packages for one in MENTIONS.decode(kept[NAME + "A-1"])] == [("PyPI\x1ftwo",)]


def test_entries_come_in_order_with_all_their_records(osv: Make, record: Read, tmp_path: Path) -> None:
    """As a table wants them; a name leads to every record that has it."""
    with Gathering(tmp_path) as gathering:
        for number in (3, 1, 2):
            gathering.add(record(osv(f"A-{number}", introduced="0", aliases=["cve-9"])))
        kept = list(gathering.entries())

    assert [key for key, _ in kept] == sorted(key for key, _ in kept)
    assert {one.id for one in RECORDS.decode(dict(kept)[PACKAGE + "PyPI\x1fexample"])} == {
        "A-1",
        "A-2",
        "A-3",
    }
    assert {one.id for one in MENTIONS.decode(dict(kept)[NAME + "CVE-9"])} == {"A-1", "A-2", "A-3"}


def test_the_spool_leaves_nothing(tmp_path: Path, osv: Make, record: Read) -> None:
    """It has no name."""
    with Gathering(tmp_path / "feeds") as gathering:
        gathering.add(record(osv("A-1", introduced="0")))
        assert list((tmp_path / "feeds").iterdir()) == []
