"""Calls that are handed what makes them harmless."""

from __future__ import annotations

import ast
from collections.abc import Collection

from yanmen.supply.reach.reading import parsed
from yanmen.supply.reach.values import called, dotted


def without(data: bytes, name: str, harmless: Collection[str]) -> list[int]:
    """The lines where a name (as written: ``yaml.load``) is used without being handed one of these.

    What is passed on without being called may be called with anything.
    """
    tree = parsed(data)
    if isinstance(tree, str):
        return []
    guarded = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(called(one) in harmless for one in [*node.args, *(k.value for k in node.keywords)])
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in guarded and dotted(node) == name
    ]
