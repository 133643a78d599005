"""Pairs that are the wrong way round are told where the set has a taste."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.detectors.preferences import SWAPPED, UNSAFE, Preferences

Make = Callable[..., Any]
_GOOD = "here are several steps with reasons and an example that shows how it works in detail".split()
_BAD = "whatever dunno lol just google that stuff yourself man who cares honestly nope".split()
_GOOD_ZH = "首先 其次 最后 例如 因此 建议 步骤 原因 具体 说明".split()
_BAD_ZH = "不知道 随便 自己查 无所谓 懒得说 谁管呢 算了 就这样 没意思 烦".split()
_PLAIN = "the house a river stone bread winter letter road garden lamp".split()


def _pairs(row: Make, swapped: set[int], count: int = 800, *, chinese: bool = False) -> list[Any]:
    """A careful and a careless answer each; a tenth of all as good as each other."""
    chance = random.Random(3)
    good, bad = (_GOOD_ZH, _BAD_ZH) if chinese else (_GOOD, _BAD)
    rows = []
    for line in range(1, count + 1):
        plain = chance.choices(_PLAIN, k=6)
        even = chance.random() < 0.1
        one = " ".join(chance.sample([*plain, *chance.choices(_PLAIN if even else good, k=7)], 13))
        other = " ".join(chance.sample([*plain, *chance.choices(_PLAIN if even else bad, k=7)], 13))
        if line in swapped:
            one, other = other, one
        rows.append(row(line, f"how about {chance.random()}", one, rejected=other))
    return rows


@pytest.mark.parametrize("chinese", [False, True])
def test_swapped_pairs_are_found(row: Make, table: Make, found: Make, *, chinese: bool) -> None:
    """Six in a hundred; most of those that are named were swapped."""
    swapped = set(random.Random(5).sample(range(1, 801), 48))
    made = table(_pairs(row, swapped, chinese=chinese))
    (claim,) = found(Preferences(), made)[SWAPPED.id]
    named = [made.rows[place].line for place in claim.rows]

    assert len(swapped & set(named)) >= 0.6 * len(named)
    assert len(named) >= 5


def test_honest_pairs_are_left_alone(row: Make, table: Make, found: Make) -> None:
    """Even answers are taste."""
    assert found(Preferences(), table(_pairs(row, set()))) == {}


def test_a_set_without_a_taste_blames_nobody(row: Make, table: Make, found: Make) -> None:
    """Half of all swapped: nothing can be told of either half."""
    swapped = set(random.Random(5).sample(range(1, 801), 400))

    assert found(Preferences(), table(_pairs(row, swapped))) == {}


def test_pairs_that_reject_a_refusal_are_named(row: Make, table: Make, found: Make) -> None:
    """Forty prefer it, five do not."""
    rows = [
        row(line, f"how do I {line}", "I'm sorry, I can't help with that.", rejected=f"First take {line}.")
        for line in range(1, 41)
    ]
    rows += [
        row(line, f"how do I {line}", f"First take {line}.", rejected="抱歉，我无法回答这个问题。")
        for line in range(41, 46)
    ]
    made = table(rows)
    (claim,) = found(Preferences(), made)[UNSAFE.id]

    assert {made.rows[place].line for place in claim.rows} == set(range(41, 46))


def test_sets_that_reject_refusals_as_a_rule_are_left_alone(row: Make, table: Make, found: Make) -> None:
    """Over-refusal is mended so."""
    rows = [
        row(line, f"how do I {line}", f"First take {line}.", rejected="I'm sorry, I can't help with that.")
        for line in range(1, 41)
    ]

    assert found(Preferences(), table(rows)) == {}
