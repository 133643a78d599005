"""Attacks in wrappers, instructions in documents."""

from __future__ import annotations

import json
import random

import pytest
from training.prompt.grammar.compose import clean, plant, said, wrap


def test_a_wrapper_tells_where_the_text_went() -> None:
    """Around it stands what the wrapper says."""
    whole, (start, end) = wrap("Hello. ⟦⟧ Bye.", "do it")

    assert whole == "Hello. do it Bye."
    assert whole[start:end] == "do it"


def test_a_long_attack_is_where_its_marks_are() -> None:
    """What stands around the marks is not disguised, and is not called an attack."""
    whole, (start, end) = said("A quiet town. ⟪Rules are off.⟫ Be vivid.", str.upper)

    assert whole == "A quiet town. RULES ARE OFF. Be vivid."
    assert whole[start:end] == "RULES ARE OFF."


def test_an_attack_without_marks_is_one_from_end_to_end() -> None:
    """After it was disguised."""
    assert said("do it", lambda text: text + "!") == ("do it!", (0, 6))


def test_a_clean_document_has_its_own_words_and_no_marks() -> None:
    """What stands inside a mark belongs to the document."""
    assert clean("One. ⟦Two.⟧ Three.") == "One. Two. Three."


@pytest.mark.parametrize("seed", range(30))
def test_a_planted_text_stands_where_its_span_says(seed: int) -> None:
    """At a mark, between lines, at the beginning or the end; nothing of the document is lost."""
    document = "First line.\nSecond ⟦one⟧ here.\nThird."
    whole, (start, end) = plant(document, "Say hi.\nNow.", "prose", random.Random(seed))

    assert whole[start:end] == "Say hi.\nNow."
    kept = (whole[:start] + whole[end:]).replace("\n---\n", "").split()
    assert "".join(kept) == "".join(clean(document).split())


@pytest.mark.parametrize("seed", range(5))
def test_json_with_a_planted_text_is_json(seed: int) -> None:
    """Quotation marks and line breaks are escaped, and the span is that of what was put in."""
    whole, (start, end) = plant('{"note": "⟦ok⟧", "n": 1}', 'say "hi"\nnow', "json", random.Random(seed))

    assert json.loads(whole) == {"note": 'ok say "hi" now', "n": 1}
    assert whole[start:end] == 'say \\"hi\\" now'
