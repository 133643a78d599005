"""Support of a sentence by a context."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.guard.grounding.support import (
    FEATURES,
    FILE,
    Context,
    claims,
    features,
    judge,
    places,
    shipped,
    stem,
)

CONTEXT = (
    "The Northwind bridge was opened in 1911 by Queen Maria. It is 420 metres long and carries two railway tracks."
    " The architect was Jonas Lind, who had never built a bridge before."
)


def unsupported(answer: str) -> list[float]:
    """The probabilities for the sentences of an answer."""
    return [one.unsupported for one in judge(answer, Context([CONTEXT], "When was the bridge opened?"))]


def test_what_the_context_says_is_supported() -> None:
    """In its words or turned round."""
    limit = shipped().threshold

    assert all(
        one < limit for one in unsupported("The bridge was opened in 1911. Jonas Lind was the architect.")
    )


def test_what_the_context_does_not_say_is_not() -> None:
    """Other numbers, other names, other matters."""
    limit = shipped().threshold

    (wrong,) = unsupported(
        "It was opened in 1954 by the mayor of Springfield after a fire destroyed the ferry."
    )
    (right,) = unsupported("It was opened in 1911 by Queen Maria.")

    assert wrong >= limit > right


@pytest.mark.parametrize(
    "said", ["I think so.", "Would you like more?", "I'm sorry, I don't know.", "It is.", ""]
)
def test_what_claims_nothing_is_not_judged(said: str) -> None:
    """Opinions, questions, refusals."""
    assert not claims(said)
    assert unsupported(said) == []


def test_sentences_have_their_places() -> None:
    """In the original text."""
    text = "One is here. Two (e.g. this) is there!\nThree"

    assert [text[start:end] for start, end in places(text)] == [
        "One is here.",
        "Two (e.g. this) is there!",
        "Three",
    ]


def test_every_feature_is_a_share() -> None:
    """Between 0 and 1, whatever the texts are."""
    for said in ("", "Lind 420", "not 1,911.", "x" * 5_000, "\ud800"):
        for context in (Context([]), Context([CONTEXT])):
            values = features(said, context)

            assert len(values) == len(FEATURES)
            assert all(0 <= one <= 1 for one in values)


def test_endings_do_not_part_words() -> None:
    """But short words stay."""
    assert stem("opened") == stem("opens") == stem("opening")
    assert stem("sing") == "sing"
    assert stem("Lind's") == "lind"


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    """Or are missing."""
    file = tmp_path / "support.json"
    with pytest.raises(YanmenError, match="grounding"):
        shipped(file)
    changed = json.loads(FILE.read_text("utf-8")) | {"bias": 0.0}
    file.write_text(json.dumps(changed), "utf-8")
    shipped.cache_clear()
    with pytest.raises(YanmenError, match="grounding"):
        shipped(file)
