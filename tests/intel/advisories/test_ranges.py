"""Ranges of versions, as the OSV schema evaluates them."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.intel.advisories.ranges import Event, whole
from yanmen.intel.advisories.versions import pypi, semver

KINDS = st.sampled_from(["introduced", "fixed", "last_affected"])
EVENTS = st.lists(st.tuples(KINDS, st.integers(0, 6).map(str)), max_size=6)


def holds(events: list[Event], version: str) -> bool:
    """Whether a version lies in a range."""
    found = whole(events, pypi.key)
    return found is not None and found.holds(version)


@pytest.mark.parametrize(
    ("events", "affected", "safe"),
    [
        ([("introduced", "0"), ("fixed", "2")], "0.0.1 1.9 2.dev1", "2 2.1"),
        ([("introduced", "1"), ("last_affected", "2")], "1 1.5 2", "0.9 2.0.1"),
        ([("introduced", "1")], "1 99", "0.9 1rc1"),
        ([("introduced", "0"), ("fixed", "1"), ("introduced", "2"), ("fixed", "3")], "0.5 2 2.9", "1 1.5 3"),
        ([("introduced_after", "1"), ("fixed", "2")], "1.0.1", "1 2"),
        ([("introduced", "1"), ("last_affected", "1")], "1 1.0", "0.9 1.0.1"),
        ([("introduced", "0"), ("limit", "2")], "1", "2 3"),
        ([("introduced", "0"), ("limit", "*")], "1 99", ""),
        ([("introduced", "2"), ("fixed", "2")], "", "1 2 3"),
    ],
)
def test_ranges_hold_what_the_schema_says(events: list[Event], affected: str, safe: str) -> None:
    """Each kind of event, with the versions around it."""
    assert all(holds(events, version) for version in affected.split())
    assert not any(holds(events, version) for version in safe.split())


@given(events=EVENTS, version=st.integers(0, 7).map(str))
def test_the_order_in_which_events_are_written_never_matters(events: list[Event], version: str) -> None:
    """Nor how often one is repeated."""
    first = holds(events, version)

    assert all(holds(list(order), version) == first for order in list(permutations(events))[:40])
    assert holds([*events, *events], version) == first


@given(events=EVENTS, version=st.integers(0, 7).map(str))
def test_it_agrees_with_the_schemas_own_algorithm(events: list[Event], version: str) -> None:
    """Written down literally; where two events stand at one version it has no answer."""
    if len({at for _, at in events}) != len(events) or not any(kind == "introduced" for kind, _ in events):
        return
    vulnerable = False
    for kind, at in sorted(events, key=lambda event: int(event[1])):
        if kind == "introduced" and (at == "0" or int(version) >= int(at)):
            vulnerable = True
        elif (kind == "fixed" and int(version) >= int(at)) or (
            kind == "last_affected" and int(version) > int(at)
        ):
            vulnerable = False

    assert holds(events, version) == vulnerable


def test_a_range_that_cannot_be_read_is_none() -> None:
    """A bound that is no version, or nothing that opens it: it is not taken to hold nothing."""
    assert whole([("introduced", "0"), ("fixed", "tomorrow")], pypi.key) is None
    assert whole([("fixed", "2")], pypi.key) is None
    assert whole([], pypi.key) is None


def test_without_an_order_only_every_version_can_be_read() -> None:
    """An ecosystem that is not known."""
    every = whole([("introduced", "0")], None)

    assert every is not None
    assert every.spans[0].endless
    assert whole([("introduced", "0"), ("fixed", "2")], None) is None


def test_a_span_says_itself() -> None:
    """As a person writes it, with its fix."""
    found = whole([("introduced", "1.2"), ("fixed", "1.4")], semver.key)

    assert found is not None
    assert (str(found.spans[0]), found.spans[0].fixed) == (">= 1.2, < 1.4", "1.4")
