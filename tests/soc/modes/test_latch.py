"""Hysteresis: a mode neither flutters nor fights a person's word."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import SECOND
from yanmen.policy.modes import Trigger
from yanmen.soc.modes.latch import Latch

TRIGGER = Trigger(id="t", measure="attacks", enter=100, hold="10s", leave=20, rest="60s")


def _run(latch: Latch, values: list[float | None], start: int = 1) -> list[str]:
    """One value a second; the mode stands as the latch has it."""
    return [
        latch.step(value, (start + second) * SECOND, stands=latch.state == "on")
        for second, value in enumerate(values)
    ]


def test_it_begins_when_the_number_has_held_and_ends_when_it_has_rested() -> None:
    """Between the two numbers nothing changes."""
    latch = Latch(TRIGGER)

    assert _run(latch, [150] * 10) == [""] * 10
    assert _run(latch, [150], 11) == ["begin"]
    assert _run(latch, [50] * 600, 12) == [""] * 600
    assert _run(latch, [10] * 60, 700) == [""] * 60
    assert _run(latch, [10], 760) == ["end"]
    assert latch.state == "off"


def test_one_calm_second_begins_the_holding_anew() -> None:
    """A number that flickers is no storm."""
    latch = Latch(TRIGGER)

    assert "begin" not in _run(latch, [150, 150, 150, 150, 99] * 20)


def test_what_a_person_took_back_stays_taken_back_until_it_has_calmed_down_once() -> None:
    """Then it may begin again."""
    latch = Latch(TRIGGER)
    assert _run(latch, [150] * 11)[-1] == "begin"

    assert latch.step(150, 12 * SECOND, stands=False) == ""
    assert "begin" not in _run(latch, [150] * 300, 13)
    assert _run(latch, [0] * 61, 400) == [""] * 61
    assert _run(latch, [150] * 11, 500)[-1] == "begin"


def test_too_few_calls_are_calm() -> None:
    """A share of nothing neither begins nor keeps a mode."""
    latch = Latch(TRIGGER, state="on")

    assert _run(latch, [None] * 61)[-1] == "end"


@given(st.lists(st.one_of(st.none(), st.floats(0, 300)), max_size=400))
def test_words_come_in_turns_and_never_too_soon(values: list[float | None]) -> None:
    """Begin, end, begin …; after each at least what was asked for has passed."""
    said = [(second, word) for second, word in enumerate(_run(Latch(TRIGGER), values)) if word]

    assert [word for _, word in said] == ["begin", "end"] * (len(said) // 2) + ["begin"] * (len(said) % 2)
    for (before, _), (after, word) in itertools.pairwise(said):
        assert after - before >= (60 if word == "end" else 10)
