"""Sources and licences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detectors.provenance import (
    ABSENT,
    CONTRADICTION,
    RESTRICTED,
    UNLICENSED,
    Provenance,
)
from yanmen.supply.datasets.shapes import Shape

Make = Callable[..., Any]


def test_rows_without_source_and_licence_are_told(reviews: Make, table: Make, found: Make) -> None:
    """Of little weight."""
    made = table(reviews(20), shape=Shape("labelled", ("text",), label="label"), columns=("text", "label"))

    assert set(found(Provenance(), made)) == {ABSENT.id, UNLICENSED.id}


def test_a_card_is_enough(reviews: Make, table: Make, found: Make) -> None:
    """It names both."""
    made = table(reviews(20), card={"license": "apache-2.0", "source": "card"})

    assert found(Provenance(), made) == {}


def test_a_restricted_licence_and_a_contradiction_are_found(reviews: Make, table: Make, found: Make) -> None:
    """Three rows say another licence than the card."""
    rows = [each._replace(licence="CC-BY-NC-4.0" if each.line <= 3 else "Apache 2.0") for each in reviews(20)]
    claims = found(Provenance(), table(rows, card={"license": "apache-2.0", "source": "card"}))

    assert len(claims[RESTRICTED.id][0].rows) == 3
    assert len(claims[CONTRADICTION.id][0].rows) == 3


def test_an_empty_table_says_nothing(table: Make, found: Make) -> None:
    """There is nothing to ask for."""
    assert found(Provenance(), table([])) == {}
