"""Identifiers."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from yanmen.core import ids
from yanmen.core.ids import new_id, time_of


def test_an_id_says_what_it_names() -> None:
    """A prefix, then 26 characters of Crockford's alphabet."""
    assert re.fullmatch(r"evt_[0-7][0-9a-hjkmnp-tv-z]{25}", new_id("evt"))


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever chance and the counter say."""
    made = []
    for at in range(1_700_000_000_000, 1_700_000_000_000 + 5_000, 7):
        monkeypatch.setattr("time.time_ns", lambda at=at: at * 1_000_000)
        made.append(new_id("evt"))

    assert made == sorted(made)


def test_the_time_can_be_read_from_an_id() -> None:
    """Its first 48 bits are milliseconds."""
    before = time.time_ns() // 1_000_000
    number = 0
    for character in new_id("evt").removeprefix("evt_"):
        number = number * 32 + ids._ALPHABET.index(character)

    assert before <= number >> 82 <= time.time_ns() // 1_000_000


def test_many_threads_never_make_the_same_id() -> None:
    """Four threads, 20,000 ids."""
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [new_id("x") for _ in range(5_000)], range(4)))

    assert len({each for batch in batches for each in batch}) == 20_000


def test_an_id_tells_when_it_was_made() -> None:
    """To the millisecond; what is no id has no time."""
    before = time.time_ns() // 1_000_000
    made = time_of(new_id("dec"))

    assert before * 1_000 <= made <= time.time_ns() // 1_000
    for nonsense in ("", "dec_1", "dec_" + "u" * 26):
        with pytest.raises(ValueError, match=r"not an id|not found"):
            time_of(nonsense)
