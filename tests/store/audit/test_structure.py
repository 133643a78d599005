"""What is said of the database's own structure."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from yanmen.store.audit import structure
from yanmen.store.audit.report import Findings
from yanmen.store.reading import read_only


def test_a_sound_structure_is_none_of_the_problems(busy: Path) -> None:
    """Of either engine."""
    found = Findings()
    with closing(read_only(busy)) as db:
        structure.check(db, busy, found)

    assert (found.problems, found.unjudged) == ([], [])
