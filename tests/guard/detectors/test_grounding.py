"""Answers beside the context of their call."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Exchange, Finding, Text, Unexamined
from yanmen.guard.detectors.grounding import Grounding, supplied

CONTEXT = "The Northwind bridge was opened in 1911 by Queen Maria. It is 420 metres long and carries two railway tracks."
WRONG = "It was opened in 1954 by the mayor of Springfield after a fire destroyed the ferry."
RIGHT = "The bridge was opened in 1911."


def said(answer: str, *texts: Text, active: bool = True) -> list[Finding | Unexamined]:
    """What is said of an answer."""
    place = Text(text=answer, role="assistant", trust="untrusted", part="/choices/0/message/content")
    return list(Grounding(active=active).detect(Exchange(texts=texts, answer=(place,))))


TOOL = Text(text=CONTEXT, role="tool", trust="untrusted", part="/messages/1/content")
USER = Text(text="When was it opened?", role="user", trust="user", part="/messages/0/content")


def test_an_unsupported_sentence_is_found_in_its_place() -> None:
    """And no other; evidence quotes nothing."""
    (finding,) = said(f"{RIGHT} {WRONG}", USER, TOOL)

    assert isinstance(finding, Finding)
    assert finding.rule.id == "grounding.unsupported"
    assert (finding.where.start, finding.where.end) == (len(RIGHT) + 1, len(RIGHT) + 1 + len(WRONG))
    assert finding.confidence >= 0.5
    assert "Springfield" not in finding.evidence


def test_without_context_or_while_off_nothing_is_said() -> None:
    """Most calls have none; by default it is off."""
    assert said(WRONG, USER) == []
    assert said(WRONG, USER, TOOL, active=False) == []


@pytest.mark.parametrize(
    ("answer", "texts", "why"),
    [
        ("这座桥于一九五四年由市长宣布通车，此前轮渡毁于大火。", (USER, TOOL), "only English"),
        ("I'm sorry, I don't know.", (USER, TOOL), "no sentence"),
        (WRONG, (USER, Text(text="word " * 20_000, role="tool", trust="untrusted")), "a context of more"),
    ],
)
def test_where_it_cannot_know_it_abstains(answer: str, texts: tuple[Text, ...], why: str) -> None:
    """With the reason."""
    (one,) = said(answer, *texts)

    assert isinstance(one, Unexamined)
    assert one.reason == "abstained"
    assert why in one.detail


@pytest.mark.parametrize(
    "message",
    [
        f"<context>{CONTEXT}</context>\nWhen was it opened?",
        f"Context:\n{CONTEXT}\n\nQuestion: When was it opened?",
        f"已知信息：\n{CONTEXT}\n问题：When was it opened?",
    ],
)
def test_marked_passages_of_a_message_are_context(message: str) -> None:
    """And the rest of it is the question."""
    passages, question = supplied([Text(text=message, role="user", trust="user")])

    assert [one.strip() for one in passages] == [CONTEXT]
    assert "opened?" in question
    assert "420" not in question
