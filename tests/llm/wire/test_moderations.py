"""Moderations: what the guard finds, in the categories of the surface."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Where
from yanmen.llm.wire.codec import Request, Said
from yanmen.llm.wire.moderations import CATEGORIES, MODERATIONS, OPENAI, OWN, category
from yanmen.llm.wire.strict import Malformed

SAID = Said(call="call_1", at=1, model="m")


def asked(given: Any) -> Request:
    """A request."""
    return MODERATIONS.request(msgspec.json.encode({"input": given}), "application/json", depth=9, values=99)


def found(rule: str, part: str, confidence: float = 0.9) -> Finding:
    """A finding."""
    word = Phrase(en="x", zh="x")
    known = Rule(id=rule, title=word, severity=Severity.LOW, fix=word, tags=())
    where = Where(part=part, start=0, end=1)
    return Finding(
        rule=known, subject=Ref(kind="text", id="x"), confidence=confidence, evidence="", where=where
    )


def test_each_text_has_a_result_and_parts_have_one_together() -> None:
    """As OpenAI answers."""
    several = asked(["a", "b"])
    findings = [found("prompt.jailbreaks", "/input/1"), found("content.discrimination", "/input/1")]
    results = MODERATIONS.moderated(SAID, several.tree, findings)["results"]

    assert [result["flagged"] for result in results] == [False, True]
    assert {name for name, is_so in results[1]["categories"].items() if is_so} == {"prompt-attack", "hate"}
    parts = asked([{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://x"}}])
    assert [text.text for text in parts.texts][-1] == "https://x"
    assert len(parts.images) == 1
    assert len(MODERATIONS.moderated(SAID, parts.tree, [found("secret.x", "/input/0/text")])["results"]) == 1


def test_a_category_that_nothing_looks_for_says_so() -> None:
    """No input type was applied to it."""
    (result,) = MODERATIONS.moderated(SAID, asked("a").tree, [])["results"]

    assert result["category_applied_input_types"]["self-harm"] == []
    assert result["category_applied_input_types"]["hate"] == ["text"]
    assert set(result["categories"]) == {*OPENAI, *OWN} == set(result["category_scores"])


def test_what_is_not_sure_flags_nothing() -> None:
    """Its score is said all the same."""
    (result,) = MODERATIONS.moderated(SAID, asked("a").tree, [found("prompt.x", "/input", 0.4)])["results"]

    assert not result["flagged"]
    assert result["category_scores"]["prompt-attack"] == 0.4
    assert category("answer.unsure") == ""
    assert set(CATEGORIES.values()) >= set(OWN)


@pytest.mark.parametrize("given", [None, 5, [], {}, [5], [{"type": "image_url", "image_url": 5}]])
def test_what_is_no_input_is_refused(given: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed):
        asked(given)
