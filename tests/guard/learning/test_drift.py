"""Drift."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from yanmen.guard.learning.drift import REFERENCE, WINDOW, Drift, Profile, psi
from yanmen.guard.sketch import sketch

ASKS = ["how do I", "can you help me", "please tell me how to", "what is the best way to", "I want to"]
DOES = ["return", "exchange", "track", "cancel", "pay for", "insure", "wrap"]
WHAT = [
    "a parcel",
    "the red shoes",
    "my last order",
    "two lamps",
    "this garden chair",
    "a voucher",
    "the invoice",
]
WHEN = ["today", "before Friday", "after the holidays", "without an account", "from abroad", "in the shop"]
CODE = ["write", "debug", "explain", "port to Rust", "profile", "refactor", "document"]
PLACE = [
    "a parser for TOML",
    "this mutex",
    "the query planner",
    "a ring buffer",
    "my allocator",
    "the test runner",
]


def talk(chance: np.random.Generator, *parts: Sequence[str]) -> str:
    """A sentence from parts."""
    return " ".join(str(chance.choice(list(part))) for part in parts) + f" {chance.integers(1, 10**6):x}"


def shop(chance: np.random.Generator) -> str:
    """What customers of a shop say."""
    return talk(chance, ASKS, DOES, WHAT, WHEN)


def code(chance: np.random.Generator) -> str:
    """What programmers say."""
    return talk(chance, ASKS, CODE, PLACE, WHEN)


def run(profile: Profile, texts: Sequence[str], scores: Sequence[float], start: int = 0) -> list[Drift]:
    """What a profile says of texts in order."""
    said = [
        profile.take(sketch(text), score, f"evt_{start + place}")
        for place, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]
    return [one for one in said if one is not None]


def test_traffic_that_stays_as_it_was_is_no_drift() -> None:
    """Twenty windows."""
    chance = np.random.default_rng(1)
    texts = [shop(chance) for _ in range(REFERENCE + 20 * WINDOW)]

    assert run(Profile(), texts, chance.beta(1, 20, len(texts)).tolist()) == []


def test_a_new_subject_is_found_within_one_window_and_told_once() -> None:
    """The strangest texts are named; then the new is what is usual."""
    chance = np.random.default_rng(2)
    profile = Profile()
    usual = [shop(chance) for _ in range(REFERENCE + WINDOW)]
    assert run(profile, usual, [0.05] * len(usual)) == []

    fresh = [code(chance) for _ in range(6 * WINDOW)]
    found = run(profile, fresh, [0.05] * len(fresh), start=10_000)

    assert len(found) == 1
    assert found[0].texts <= 0.0005
    assert [name >= "evt_10000" for name in found[0].strangest] == [True] * 3


def test_half_a_window_of_new_texts_is_enough() -> None:
    """Mixed in with the usual, one by one; of a third, about every other window is found."""
    chance = np.random.default_rng(3)
    profile = Profile()
    run(profile, [shop(chance) for _ in range(REFERENCE)], [0.05] * REFERENCE)

    mixed = [code(chance) if place % 2 == 0 else shop(chance) for place in range(WINDOW + 40)]

    assert len(run(profile, mixed, [0.05] * len(mixed))) == 1


def test_scores_that_rise_are_drift_though_the_words_are_the_same() -> None:
    """By the second test."""
    chance = np.random.default_rng(4)
    profile = Profile()
    run(profile, [shop(chance) for _ in range(REFERENCE)], chance.beta(1, 20, REFERENCE).tolist())

    (found,) = run(profile, [shop(chance) for _ in range(WINDOW)], chance.beta(4, 8, WINDOW).tolist())

    assert found.scores <= 0.0005 < found.texts
    assert found.psi > 0.25


def test_one_text_said_over_and_over_counts_once() -> None:
    """And a text without letters not at all: neither fills a window."""
    profile = Profile()

    assert run(profile, ["the same words again and again"] * 500 + ["?!"] * 500, [0.9] * 1000) == []
    assert len(profile.names) == 1


def test_a_profile_can_be_kept_and_goes_on() -> None:
    """The same bytes, the same answers; bounded, whatever passed."""
    chance = np.random.default_rng(5)
    profile = Profile()
    run(profile, [shop(chance) for _ in range(2_000)], [0.05] * 2_000)

    kept = msgspec.msgpack.encode(profile)

    assert len(kept) < 40_000
    assert msgspec.msgpack.decode(kept, type=Profile) == profile


def test_the_index_is_nothing_for_the_same_scores() -> None:
    """And grows with the difference."""
    same = np.linspace(0, 0.3, 50)

    assert psi(same, same) == pytest.approx(0.0)
    assert psi(same, same + 0.4) > psi(same, same + 0.1) > 0
