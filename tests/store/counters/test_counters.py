"""What engines tell."""

from __future__ import annotations

from yanmen.core.nouns import Phrase
from yanmen.store.counters import MONEY, CountersError, budget
from yanmen.store.counters.counters import crossed_data
from yanmen.store.counters.meters import Crossed


def test_a_part_of_a_budget_says_whose_and_of_what() -> None:
    """In numbers that a program can read."""
    told = Crossed(budget("tenant:acme/money/month/2026-11", MONEY, 10, ends=99), 80, 8)

    assert crossed_data(told) == {
        "meter": "tenant:acme/money/month/2026-11",
        "measure": "money",
        "percent": 80,
        "used": 8,
        "limit": 10,
        "ends": 99,
    }


def test_an_engine_that_is_gone_is_an_error_one_can_mend() -> None:
    """In both languages."""
    error = CountersError(Phrase(en="no route", zh="no route"))

    assert "no route" in error.message.en
    assert "no route" in error.message.zh
