"""One pass over the log."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from yanmen.store.audit.report import Findings
from yanmen.store.audit.walk import Walk
from yanmen.store.merkle import Frontier, leaf_hash
from yanmen.store.reading import read_only


def test_a_walk_gives_every_event_in_its_place(busy: Path) -> None:
    """And builds the tree over them."""
    found = Findings()
    with closing(read_only(busy)) as db:
        walk = Walk(db, found, {}, Frontier())
        places = [seq for seq, _ in walk.events()]
        (peaks,) = db.execute("SELECT peaks FROM head").fetchone()

        assert walk.finish() == 0
    assert places == list(range(1, 31))
    assert bytes(walk.frontier) == peaks
    assert found.problems == []


@pytest.mark.parametrize(("size", "stretch"), [(8, (1, 8)), (30, (9, 30))])
def test_a_wrong_root_is_told_once_with_the_records_it_may_concern(
    busy: Path, size: int, stretch: tuple[int, int]
) -> None:
    """Those after the last root that was right."""
    found = Findings()
    with closing(read_only(busy)) as db:
        leaves = [leaf for (leaf,) in db.execute("SELECT leaf FROM log ORDER BY seq")]
        right = Frontier()
        for leaf in leaves[:8]:
            right.append(leaf)
        signed = {8: right.root(), 30: leaf_hash(b"")} | {size: leaf_hash(b"")}
        list(Walk(db, found, signed, Frontier()).events())

    assert [(one.code, one.seq, one.values["last"]) for one in found.problems] == [("range", *stretch)]
