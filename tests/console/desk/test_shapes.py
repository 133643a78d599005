"""Shapes that several operations answer with."""

from __future__ import annotations

from yanmen.console.desk.shapes import SEVERITIES, VERDICTS, decision_shape
from yanmen.core.nouns import Decision, Event, Reason, Ref, Severity, Verdict

BAN = Decision(
    id="dec_1",
    at=1_000_000,
    subject=Ref(kind="key", id="key_1"),
    verdict=Verdict.BLOCK,
    because=(Reason(rule="operator", note="why"),),
    lasts=60,
    terms={"subjects": ["key:key_1", "ip:192.0.2.1"]},
)


def test_words_stand_in_the_order_of_their_numbers() -> None:
    """So that an index is the number."""
    assert [Verdict[word.upper()] for word in VERDICTS] == list(Verdict)
    assert [Severity[word.upper()] for word in SEVERITIES] == list(Severity)


def test_a_decision_says_whether_it_stands() -> None:
    """While it lasts, after it, and once it was lifted."""
    lifted = Event(
        id="evt_1", at=5, kind="decision.lifted", actor=Ref(kind="account", id="a"), data={"reason": "ok"}
    )

    assert decision_shape(BAN, 2_000_000).state == "stands"
    assert decision_shape(BAN, 99_000_000).state == "ended"
    assert decision_shape(BAN, 2_000_000, lifted).state == "lifted"
    assert decision_shape(BAN, 2_000_000, lifted).lifted_reason == "ok"
    assert decision_shape(BAN, 0).until == 61_000_000
    assert decision_shape(BAN, 0).callers == ["key:key_1", "ip:192.0.2.1"]
