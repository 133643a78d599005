"""What the machine has at hand."""

from __future__ import annotations

import io

import pytest

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.state import State


def test_a_mark_divides_the_stack() -> None:
    """What stands above it comes off together; without one nothing does."""
    state = State(io.BytesIO(b""), Judge(Journal(), knowledge()), lambda: None)
    state.below.append([1, 2])
    state.stack = [3]
    assert state.pop_mark() == [3]
    assert state.stack == [1, 2]
    with pytest.raises(IndexError):
        state.pop_mark()


def test_where_readers_differ_is_said_once() -> None:
    """With the place."""
    journal = Journal()
    state = State(io.BytesIO(b""), Judge(journal, knowledge()), lambda: None, start=7)
    state.differ("x")
    state.differ("x")
    assert [(seen.rule.id, seen.at) for seen in journal.findings.values()] == [("pickle.readers-differ", 7)]
