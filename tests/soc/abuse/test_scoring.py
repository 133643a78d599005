"""Scores, reasons, weights that learn."""

from __future__ import annotations

import pytest

from yanmen.soc.abuse.scoring import FREEDOM, REASONS, WEIGHTS, Weights, verdict


def test_every_weight_has_its_reason() -> None:
    """Whatever speaks against somebody can be told."""
    assert set(WEIGHTS) == set(REASONS)


def test_a_person_without_anything_odd_is_allowed() -> None:
    """And more that is odd never makes a score smaller."""
    weights = Weights()
    said: dict[str, float] = {}
    last = weights.score(said).score
    assert last < 0.05

    for name in WEIGHTS:
        said[name] = 1.0
        assert weights.score(said).score >= last
        last = weights.score(said).score


def test_reasons_are_told_the_weightiest_first() -> None:
    """What hardly counts is not told."""
    assert Weights().score({"numbered": 0.1, "disposable": 1.0, "gibberish": 0.8}).reasons == (
        "disposable",
        "gibberish",
    )


def test_labels_move_weights_within_bounds() -> None:
    """However many a mistaken or malicious reporter sends."""
    kind, strict = Weights(), Weights()
    for _ in range(5_000):
        kind.learn({"disposable": 1.0, "hosting": 1.0}, "good")
        strict.learn({"numbered": 1.0}, "fraud")

    assert kind.of["disposable"] == pytest.approx(FREEDOM[0] * WEIGHTS["disposable"], rel=0.5)
    assert kind.of["disposable"] >= FREEDOM[0] * WEIGHTS["disposable"]
    assert strict.of["numbered"] == pytest.approx(FREEDOM[1] * WEIGHTS["numbered"])
    assert kind.of["gibberish"] == WEIGHTS["gibberish"]


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0.1, "allow"), (0.5, "challenge"), (0.84, "challenge"), (0.85, "deny"), (1.0, "deny")],
)
def test_a_score_comes_to_a_verdict(score: float, expected: str) -> None:
    """At the thresholds the stricter one."""
    assert verdict(score, 0.5, 0.85) == expected
