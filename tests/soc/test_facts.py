"""Counted facts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Ref, Severity
from yanmen.soc.facts import NAMES, OTHERS, Calls, Facts, Sign, tallied


def sign(number: int, *, part: str = "use", ending: str = "answered") -> Sign:
    """A sign at second ``number``."""
    return Sign(
        seq=number,
        at=number * 1_000_000,
        event=f"evt_{number}",
        cause="key.leaked/key:key_1",
        subject=Ref(kind="key", id="key_1"),
        part=part,  # type: ignore[arg-type]  # the tests name parts by word
        severity=Severity.HIGH,
        place="paste",
        ip="203.0.113.7",
        model="m1",
        ending=ending,  # type: ignore[arg-type]  # the same
    )


def test_calls_are_counted_by_how_they_ended() -> None:
    """With the first, the last, where from and which model."""
    calls = Calls()
    for one in (sign(2), sign(1, ending="refused"), sign(3, ending="stopped"), sign(4, ending="failed")):
        calls = calls.with_call(one)

    assert (calls.answered, calls.refused, calls.stopped, calls.failed, calls.total) == (1, 1, 1, 1, 4)
    assert (calls.first_event, calls.last_event) == ("evt_1", "evt_4")
    assert calls.ips == {"203.0.113.7": 4}
    assert calls.models == {"m1": 4}


def test_a_use_is_no_sighting() -> None:
    """Calls made with a leaked key do not count as places where it was seen."""
    facts = Facts().with_sign(sign(1, part="sighting", ending="seen")).with_sign(sign(2))

    assert facts.seen == 1
    assert facts.places == {"paste": 1}
    assert facts.calls.total == 1


@given(st.lists(st.text(min_size=1, max_size=3), max_size=200))
def test_a_tally_is_bounded_and_loses_no_count(names: list[str]) -> None:
    """However many names an attacker invents."""
    counts: dict[str, int] = {}
    for name in names:
        counts = tallied(counts, name)

    assert sum(counts.values()) == len(names)
    assert len(counts) <= NAMES + 1
    assert len(counts) <= NAMES or OTHERS in counts
