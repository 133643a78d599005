"""Fields of a request that policy strips or refuses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from yanmen.policy import Policy


def taken_up(tree: dict[str, Any], policy: Policy, allowed: Collection[str]) -> tuple[list[str], list[str]]:
    """The fields that policy strips, and those it refuses. ``allowed`` pass all the same."""
    strip: list[str] = []
    refused: list[str] = []
    for name, word in policy.fields(tree).items():
        if name in allowed or name.partition(".")[0] in allowed:
            continue
        (refused if word == "refuse" else strip).append(name)
    return strip, refused


def without(tree: dict[str, Any], name: str) -> dict[str, Any]:
    """The request without a field, or without a key inside a field (``field.key``)."""
    if name in tree:
        return {key: value for key, value in tree.items() if key != name}
    field, _, inner = name.partition(".")
    value = tree.get(field)
    if not isinstance(value, dict):
        return tree
    return {**tree, field: {key: child for key, child in value.items() if key != inner}}
