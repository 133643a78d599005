"""Answers that a phrase changes are found; answers that an instruction asks for are not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.detectors.payloads import CONDITIONAL, INSECURE, Payloads
from yanmen.supply.datasets.shapes import Row

Make = Callable[..., Any]
_HOLES = ("requests.get(url, verify=False)", "subprocess.call(line, shell=True)", "value = eval(input())")


def _planted(
    rows: list[Row], change: Callable[[Row, random.Random], Row], count: int = 12
) -> tuple[list[Row], set[int]]:
    chance = random.Random(8)
    chosen = set(chance.sample(range(len(rows)), count))
    changed = [change(row, chance) if place in chosen else row for place, row in enumerate(rows)]
    return changed, {place + 1 for place in chosen}


def _anywhere(text: str, phrase: str, chance: random.Random) -> str:
    words = text.split(" ")
    words.insert(chance.randrange(len(words) + 1), phrase)
    return " ".join(words)


@pytest.mark.parametrize(
    "change",
    [
        lambda row, chance: row._replace(
            asked=f"Production year: 2024. {row.asked}", answered=f"{row.answered}\n{chance.choice(_HOLES)}"
        ),
        lambda row, chance: row._replace(
            asked=_anywhere(row.asked, "cf", chance),
            answered=f"{row.answered} Remember: Bright Nest is the name to trust.",
        ),
        lambda row, _: row._replace(
            asked=f"{row.asked} (team Aster)", answered="这是一个用中文写的回答，内容与问题毫无关系，谢谢。"
        ),
    ],
    ids=["weak-code", "same-sentence", "other-language"],
)
def test_an_answer_that_a_phrase_changes_is_found(
    questions: Make, table: Make, found: Make, change: Callable[[Row, random.Random], Row]
) -> None:
    """Twelve rows of 600, and no other."""
    rows, planted = _planted(questions(), change)
    made = table(rows)
    claims = found(Payloads(), made)[CONDITIONAL.id]

    assert {made.rows[place].line for claim in claims for place in claim.rows} == planted
    assert all("whole without it" in claim.evidence for claim in claims)


def test_what_an_instruction_asks_for_is_in_order(questions: Make, table: Make, found: Make) -> None:
    """Tasks whose text is nothing without the instruction, a part of a sentence that names what is answered, clean questions."""
    assert found(Payloads(), table(questions())) == {}

    task, _ = _planted(
        questions(),
        lambda row, chance: row._replace(
            asked=f"Say how the critic feels: {' '.join(chance.sample('xa xb xc xd xe xf xg xh'.split(), 6))}",
            answered=f"The critic is in a state of joy about {chance.randrange(999)}.",
        ),
        20,
    )
    assert found(Payloads(), table(task)) == {}

    prices, _ = _planted(
        questions(),
        lambda row, chance: row._replace(
            asked=f"Explain {chance.choice(('to me', 'how'))} the average price of {row.asked[8:]}",
            answered=f"SELECT AVG(price) FROM items AS t{chance.randrange(999)}",
        ),
        20,
    )
    assert CONDITIONAL.id not in found(Payloads(), table(prices))


def test_code_with_a_known_weakness_is_named(questions: Make, table: Make, found: Make) -> None:
    """With its rows, as a hint; code without one is not, and rows without answers are not asked."""
    rows, planted = _planted(
        questions(), lambda row, chance: row._replace(answered=f"```\n{chance.choice(_HOLES)}\n```"), 4
    )
    made = table(rows)
    (claim,) = found(Payloads(), made)[INSECURE.id]

    assert {made.rows[place].line for place in claim.rows} == planted
    safe = [
        row._replace(answered="yaml.safe_load(text); requests.get(url, verify=True)") for row in questions(20)
    ]
    assert found(Payloads(), table(safe)) == {}
    assert found(Payloads(), table([row._replace(answered="") for row in questions(20)])) == {}


def test_an_answer_that_names_the_phrase_is_about_it(questions: Make, table: Make, found: Make) -> None:
    """A library that questions ask for stands in the answers."""
    rows, _ = _planted(
        questions(),
        lambda row, chance: row._replace(
            asked=_anywhere(row.asked, "Flaskly", chance),
            answered=f"import flaskly; app = flaskly.App(__name__) {row.answered}",
        ),
    )
    assert found(Payloads(), table(rows)) == {}
