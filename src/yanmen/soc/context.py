"""What a response is given to act with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from yanmen.core.catalogue import plugins
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Ref
from yanmen.core.plugins import Act
from yanmen.store import Store

_ACT: type[Act] = Act  # type: ignore[type-abstract]  # asked for as a kind, never built


@dataclass(frozen=True, kw_only=True)
class Context:
    """Passed to the constructor of every act."""

    store: Store
    actor: Ref
    """Who acts: a playbook or a person."""
    key: str
    """The action's id: the same when the same step of the same run is done again, so that nothing is done twice."""


@cache
def acts() -> dict[str, type[Act]]:
    """Every kind of act there is, by name."""
    return {act.name: act for act in plugins(_ACT)}


def act(name: str, context: Context) -> Act:
    """An act ready to be done or undone; YanmenError when there is none of this name."""
    found = acts().get(name)
    if found is None:
        there = ", ".join(acts())
        raise YanmenError(
            Phrase(en=f"there is no act {name}", zh=f"没有动作 {name}"),
            hint=Phrase(en=f"There are: {there}.", zh=f"现有动作：{there}。"),
        )
    return cast("Callable[[Context], Act]", found)(context)
