"""Weighing: weak signals that add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.nouns import Finding
from yanmen.supply.packages.detectors.weighing import Weighing
from yanmen.supply.packages.package import Package
from yanmen.supply.packages.studying import study

Rules = Callable[..., set[str]]
RULE = "signs-add-up"
TELLS = "requests.post('https://a.b.invalid/x', json={'v': 1})\n"
RUNS = "subprocess.run(['tool', '--quiet'])\n"


def test_signs_add_up(rules_of: Rules) -> None:
    """A message that nobody waits for, and a command, both on import: neither is much alone."""
    head = "import requests, subprocess\n"

    assert RULE in rules_of(head + TELLS + RUNS, high=True)
    assert RULE not in rules_of(head + RUNS)


def test_the_evidence_lists_every_part_and_where_it_is(make: Callable[..., Package]) -> None:
    """However long what was seen is: each part is cut by itself."""
    code = f"import requests, subprocess\n{TELLS}subprocess.run(['{'tool' * 80}'])\n"
    package = make({"inert/__init__.py": code})

    (found,) = Weighing().detect(study(package))
    assert isinstance(found, Finding)
    assert "sends, and looks at no answer (3.4: inert/__init__.py#L2 requests.post " in found.evidence
    assert "runs a command unasked (2.5: inert/__init__.py#L3 subprocess.run " in found.evidence
    assert found.evidence.startswith("weighs ")


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\nsubprocess.run(['git', 'status'])\n",
        "import os, subprocess\ndef go():\n    subprocess.run(['tool'], env=os.environ)\n",
        "import requests\ndef get(url):\n    return requests.get(url).json()\n",
    ],
)
def test_honest_code_does_not(code: str, rules_of: Rules) -> None:
    """A tool that is asked for its version, an environment that is handed down, a client."""
    assert rules_of(code, high=True) == set()
