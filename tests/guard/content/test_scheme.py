"""The scheme of risks: whole, in both languages, and honest about what is measured."""

from __future__ import annotations

from yanmen.guard.content.model import HEADS
from yanmen.guard.content.scheme import judged, named, scheme


def test_there_are_five_classes_and_thirty_one_risks() -> None:
    """As the standard's appendix has them."""
    classes = scheme().classes

    assert [kind.id for kind in classes] == ["A1", "A2", "A3", "A4", "A5"]
    assert [len(kind.risks) for kind in classes] == [8, 9, 5, 7, 2]
    assert all(
        risk.id == f"{kind.id}-{'abcdefghi'[n]}" for kind in classes for n, risk in enumerate(kind.risks)
    )
    assert all(risk.en and risk.zh for kind in classes for risk in kind.risks)


def test_names_that_were_not_compared_with_the_standard_say_so() -> None:
    """They come from those who quote it."""
    assert scheme().verified == "secondary"


def test_only_measured_classes_have_a_rule_of_the_model() -> None:
    """Every class has one of keywords."""
    assert set(judged()) == set(HEADS[2:])
    assert set(named()) == {kind.id for kind in scheme().classes}
    assert all(f"tc260:{kind}" in rule.tags for kind, rule in named().items())
