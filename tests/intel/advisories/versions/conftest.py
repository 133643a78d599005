"""The cases of others about the orders of versions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[3] / "corpora" / "advisories" / "versions.tsv"


@pytest.fixture
def judged() -> Callable[..., dict[str, list[str]]]:
    """What an order makes of the kept cases: ``agrees``, ``refused`` (no version of the ecosystem), ``differs``."""

    def judge(name: str, key: Callable[[str], Any]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"agrees": [], "refused": [], "differs": []}
        with CASES.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["order"] == name:
                    case = (row["left"], row["is"], row["right"])
                    found[_outcome(case, key)].append(" ".join(case))
        return found

    return judge


def _outcome(case: tuple[str, str, str], key: Callable[[str], Any]) -> str:
    try:
        left, right = key(case[0]), key(case[2])
    except ValueError:
        return "refused"
    less, same, more = left < right, left == right, right < left
    holds = {"<": less, ">": more, "=": same, "!": not same, "<=": less or same, ">=": more or same}[case[1]]
    return "agrees" if holds else "differs"
