"""What the wall would be. How the kernel differs and how it does is tested in test_process, in the kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.edge.report import Status, plan
from yanmen.edge.site import Site
from yanmen.store import Store

Prepared = Callable[..., tuple[Site, Any]]


def test_a_plan_needs_no_kernel(prepared: Prepared, store: Store, decide: Callable[..., str]) -> None:
    """It has the program for the bans that stand."""
    decide("10.0.0.1")
    decide("2001:db8::/32")
    planned = plan(prepared()[1], store)
    assert {str(one) for one in planned.wanted} == {"10.0.0.1", "2001:db8::/32"}
    assert "set net6_32" in planned.program.said
    assert (planned.counts.bans, planned.counts.networks) == (2, 1)


def test_a_wall_guards_while_it_stands_and_lives() -> None:
    """Not when its last sign of life is over."""
    whole: dict[str, Any] = {"keeper": 0, "bans": 1, "networks": 0, "drops": {}}
    assert Status(standing=True, alive=1, **whole).guarding
    assert not Status(standing=True, alive=0, **whole).guarding
    assert not Status(standing=False, alive=0, **whole).guarding
