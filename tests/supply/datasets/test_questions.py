"""What is asked of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.questions import refuses

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("I'm sorry, but I can't help with that.", True),
        ("As an AI language model, I cannot do so.", True),
        ("抱歉，我无法回答这个问题。", True),
        ("我不能提供此类信息", True),
        ("Here is how: first, mix flour and water.", False),
        ("当然，以下是步骤。", False),
        ("She said in the middle of a long answer, " + "and so on " * 20 + "I'm sorry", False),
    ],
)
def test_refusals_are_told_by_their_first_words(answer: str, refused: bool) -> None:
    """In both languages."""
    assert refuses(answer) is refused


def test_questions_need_rows_on_both_sides(reviews: Make, questions: Make, table: Make) -> None:
    """Labels of reviews; refusals only where there are some."""
    assert [each.name for each in table(reviews(50)).questions] == ["label"]
    assert table(questions(50)).questions == ()
    rows = questions(50)
    refused = [row._replace(answered="对不起，我无法回答。") if row.line <= 10 else row for row in rows]
    (question,) = table(refused).questions
    assert (question.name, question.say(1)) == ("refusal", "a refusal")
    assert int((question.outcomes == 1).sum()) == 10
