"""Behaviours as detectors see them."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.package import Package
from yanmen.supply.packages.reading.effects import Trigger
from yanmen.supply.packages.rules import RUNS_AT_INSTALL
from yanmen.supply.packages.studying import study


def test_effects_are_asked_for_by_kind_and_trigger(make: Callable[..., Package]) -> None:
    """And a claim says when, what, and with which values."""
    behaviour = study(
        make({"a/__init__.py": "import os\nos.system('true')\ndef f():\n    os.system('later')\n"})
    )
    first, second = behaviour.doing("runs-command")
    said = behaviour.finding(RUNS_AT_INSTALL, first, 0.5, "os.system runs")

    assert {first.trigger, second.trigger} == {Trigger.IMPORT, Trigger.CALLED}
    assert behaviour.doing("runs-command", least=Trigger.IMPORT) == [first]
    assert said.evidence == "on import: os.system runs: true"
    assert said.where.part == "a/__init__.py#L2"
