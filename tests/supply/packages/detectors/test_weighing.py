"""Weighing: weak signals that add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]
RULE = "signs-add-up"
TELLS = "requests.post('https://a.b.invalid/x', json={'v': 1})\n"
RUNS = "subprocess.run(['tool', '--quiet'])\n"


def test_signs_add_up(rules_of: Rules) -> None:
    """A message that nobody waits for, and a command, both on import: neither is much alone."""
    head = "import requests, subprocess\n"

    assert RULE in rules_of(head + TELLS + RUNS, high=True)
    assert RULE not in rules_of(head + RUNS)


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
