"""Allowances put together: a named one over the rule for all, and the stricter of two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from yanmen.core.config.limits import Allowance

_NUMBERS = tuple(name for name in Allowance.__struct_fields__ if name != "budgets")
NONE = Allowance()


def over(default: Allowance, own: Allowance) -> Allowance:
    """What ``own`` says, and where it says nothing what the default says. Budgets are taken by what they count and when."""
    if own == NONE:
        return default
    numbers = {name: getattr(own, name) or getattr(default, name) for name in _NUMBERS}
    said = {_kind(budget) for budget in own.budgets}
    kept = tuple(budget for budget in default.budgets if _kind(budget) not in said)
    return Allowance(**numbers, budgets=(*own.budgets, *kept))


def stricter(one: Allowance, other: Allowance) -> Allowance:
    """Both at once: of each limit the smaller; every budget of either. Nothing that is added can loosen it."""
    if other == NONE:
        return one
    if one == NONE:
        return other
    numbers = {name: _smaller(getattr(one, name), getattr(other, name)) for name in _NUMBERS}
    return Allowance(**numbers, budgets=tuple(dict.fromkeys((*one.budgets, *other.budgets))))


def of_terms(terms: Mapping[str, Any], kind: str) -> Allowance:
    """What a standing decision's ``terms`` limit for a kind of caller; msgspec.ValidationError for what is no allowance.

    ``{"limits": {"key": {"requests_per_minute": 10}, "tenant": {…}}}``
    """
    limits = terms.get("limits")
    said = limits.get(kind) if isinstance(limits, Mapping) else None
    if said is None:
        return NONE
    return msgspec.convert(said, Allowance)


def _smaller(one: int, other: int) -> int:
    return min(one, other) if one and other else one or other


def _kind(budget: str) -> str:
    return budget.lstrip("0123456789_. ")
