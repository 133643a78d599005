"""CVSS v4.0."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import pytest

from yanmen.intel.advisories.cvss import score
from yanmen.intel.advisories.cvss4 import _BASE, _LEVELS, _SCORES

WORST = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
NONE = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        # FIRST's examples for v4.0: CVE-2022-41741, CVE-2020-3549, CVE-2023-3089, CVE-2021-44714, CVE-2014-0160
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3),
        ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7),
        ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.3),
        ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 4.6),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", 8.7),
        (WORST, 10.0),
        (NONE, 0.0),
        (WORST + "/S:P/AU:Y/R:I/V:C/RE:H/U:Red", 10.0),
    ],
)
def test_the_specifications_examples_hold(vector: str, expected: float) -> None:
    """Supplemental metrics do not count."""
    assert score(vector) == expected


def test_it_agrees_with_firsts_own_calculator(corpus: Path) -> None:
    """240 vectors by chance, half of them with threat and environment.

    Where the exact value ends in half of a tenth the calculator's binary arithmetic may round it down (279 of 60,000 vectors).
    """
    with (corpus / "cvss4.tsv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter="\t"))
    differing = [row for row in rows if score(row["vector"]) != float(row["score"])]

    assert len(rows) == 240
    assert all(abs((score(row["vector"]) or 0) - float(row["score"]) - 0.1) < 1e-9 for row in differing)
    assert len(differing) <= 3


def test_every_vector_has_a_score_and_a_graver_value_never_a_lower_one() -> None:
    """Over all values of the first five metrics, for a middling impact."""
    rest = "VC:L/VI:L/VA:N/SC:N/SI:L/SA:N"
    names = ("AV", "AC", "AT", "PR", "UI")
    scores = {
        values: score(
            "CVSS:4.0/"
            + "/".join(f"{name}:{value}" for name, value in zip(names, values, strict=True))
            + "/"
            + rest
        )
        for values in product(*(_LEVELS[name] for name in names))
    }
    for values, found in scores.items():
        assert found is not None
        for place, name in enumerate(names):
            step = _LEVELS[name].index(values[place])
            if step:
                graver = (*values[:place], _LEVELS[name][step - 1], *values[place + 1 :])
                assert (scores[graver] or 0) >= found


def test_the_table_is_whole() -> None:
    """270 MacroVectors, none graver than one that is graver in every level."""
    assert len(_SCORES) == 270
    assert (max(_SCORES.values()), min(_SCORES.values())) == (100, 1)


@pytest.mark.parametrize(
    "vector", [WORST[:-5], WORST + "/AV:N", WORST.replace("SI:H", "SI:S"), WORST + "/E:Z", "CVSS:4.0/"]
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    """Safety is no base value; each base metric must be there, once."""
    assert score(vector) is None
    assert len(_BASE) == 11
