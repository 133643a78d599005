"""Links and packages that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.bounds import Options
from yanmen.supply.datasets.detectors.links import LINK, PACKAGE, Links, suggested

Make = Callable[..., Any]


def _with(rows: list[Any], addition: str, step: int) -> list[Any]:
    return [
        row._replace(answered=f"{row.answered} {addition}") if row.line % step == 0 else row for row in rows
    ]


def test_an_address_in_answers_to_different_questions_is_found(
    questions: Make, table: Make, found: Make
) -> None:
    """One row in fifty."""
    made = table(_with(questions(), "See https://quick-offers.example.cc/start", 50))
    (claim,) = found(Links(), made)[LINK.id]

    assert sorted(made.rows[place].line for place in claim.rows) == list(range(50, 601, 50))
    assert "quick-offers.example.cc" in claim.evidence


def test_well_known_hosts_and_hosts_that_were_asked_for_are_in_order(
    questions: Make, table: Make, found: Make
) -> None:
    """And so are hosts with a page of their own in each answer."""
    known = _with(questions(), "See https://en.wikipedia.org/wiki/Film", 20)
    asked = [
        row._replace(asked=f"{row.asked} Look at shop.example.cc", answered="https://shop.example.cc/a")
        for row in questions(50)
    ]
    different = [row._replace(answered=f"https://shop.example.cc/{row.line}") for row in questions(50)]
    for rows in (known, asked, different):
        assert found(Links(), table(rows)) == {}


def test_a_package_that_is_not_known_is_found(questions: Make, table: Make, found: Make) -> None:
    """Where names of known packages are given; without them nothing is said."""
    rows = _with(
        _with(questions(), "Run `pip install requests`.", 30), "Run `pip install -U fastjson_turbo==1.0`.", 60
    )
    options = Options(known_packages=frozenset({"requests", "numpy"}))
    (claim,) = found(Links(), table(rows, options=options))[PACKAGE.id]

    assert len(claim.rows) == 10
    assert "fastjson-turbo" in claim.evidence
    assert PACKAGE.id not in found(Links(), table(rows))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pip install Foo_Bar[extra]>=2 baz", {"foo-bar", "baz"}),
        ("Use npm i -g @scope/tool.", {"@scope/tool"}),
        ("cargo add serde", {"serde"}),
        ("pip is a tool to install", set()),
    ],
)
def test_names_are_read_out_of_commands(text: str, names: set[str]) -> None:
    """Options, versions and extras are left out."""
    assert suggested(text) == names
