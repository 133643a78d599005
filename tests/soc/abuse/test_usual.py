"""What is usual, learnt as it comes."""

from __future__ import annotations

import random

import pytest

from yanmen.soc.abuse.features import ALL
from yanmen.soc.abuse.usual import CLIPPED, EVERYBODY, OWN, Everybody, Learnt, Moved, Usual, surprise

CALLS = next(place for place, one in enumerate(ALL) if one.name == "calls")


def values(calls: float) -> list[float | None]:
    """A window of which only the number of calls is known."""
    return [calls if place == CALLS else None for place in range(len(ALL))]


def lived(around: float, windows: int = 100, spread: float = 0.5) -> tuple[Usual, Everybody]:
    """A caller with a past."""
    chance, one, everybody = random.Random(3), Usual(), Everybody()
    for _ in range(windows):
        one.learn(values(chance.gauss(around, spread)), everybody)
    return one, everybody


@pytest.mark.parametrize("around", [2.0, 9.0])
def test_an_old_caller_is_compared_with_itself(around: float) -> None:
    """What is much for one is usual for another."""
    one, everybody = lived(around)

    (usual,) = one.moved(values(around), everybody)
    (much,) = one.moved(values(around + 6), everybody)
    assert abs(usual.deviations) < 1
    assert much.deviations > 4
    assert usual.low < around < usual.high


def test_a_new_caller_is_compared_with_all() -> None:
    """And hardly anything is unusual of it."""
    _, everybody = lived(4.0)

    (same,) = Usual().moved(values(7.0), everybody)
    (old,) = lived(4.0)[0].moved(values(7.0), everybody)
    assert same.deviations < old.deviations


def test_a_few_wild_windows_do_not_make_wildness_usual() -> None:
    """They are learnt as CLIPPED deviations at most."""
    one, everybody = lived(3.0)
    (first,) = one.moved(values(12.0), everybody)
    for _ in range(3):
        one.learn(values(12.0), everybody)
    (fourth,) = one.moved(values(12.0), everybody)

    assert fourth.deviations > CLIPPED
    assert fourth.deviations > first.deviations / 2


def test_what_stays_becomes_usual() -> None:
    """In two days of windows."""
    one, everybody = lived(3.0)
    for _ in range(int(OWN)):
        one.learn(values(8.0), everybody)

    (now,) = one.moved(values(8.0), everybody)
    assert now.deviations < 2


def test_counts_are_bounded() -> None:
    """However long it runs."""
    learnt = Learnt()
    for _ in range(int(OWN) * 3):
        learnt.add(1.0, OWN)

    assert learnt.n == OWN
    assert Everybody(between=[], within=[]).between[0].n < EVERYBODY


def test_one_family_alone_is_no_surprise() -> None:
    """More calls and more tokens are one thing."""

    def moved(name: str, deviations: float) -> Moved:
        return Moved(next(one for one in ALL if one.name == name), 1.0, 0.0, 0.5, deviations)

    alone = [moved("calls", 9.0), moved("tokens", 8.0), moved("errors", 1.0)]
    assert surprise(alone, 2.5)[0] == 0.0
    added, which = surprise([*alone, moved("texts", -4.0)], 2.5)
    assert added > 8
    assert [one.feature.name for one in which] == ["calls", "texts"]
    assert surprise([moved("calls", 9.0), moved("errors", -9.0)], 2.5)[0] == 0.0
