"""The calls of a helper that imports whatever its caller names."""

from __future__ import annotations

import ast
from typing import NamedTuple

from yanmen.supply.reach.calls import given
from yanmen.supply.reach.facts import UNKNOWN, Dynamic, Value
from yanmen.supply.reach.reading import Reader, parsed
from yanmen.supply.reach.values import called, dotted


class Site(NamedTuple):
    """One call of it, or one place where it is handed on."""

    value: Value
    line: int
    scope: int
    dotted: str
    """What is called, as written; empty: what it is an attribute of is no name."""
    function: str = ""
    method: bool = False
    position: int = -1


def sites(data: bytes, helper: Dynamic, *, own: bool) -> list[Site]:
    """Every call in a source; ``own``: the source defines the helper, so that its bare name is meant."""
    tree = parsed(data)
    if isinstance(tree, str):
        return []
    reader = Reader()
    reader.walk(tree)
    reader.bindings.close()
    parameter = helper.value.parameters[0]
    found: list[Site] = []
    functions = {id(call.func) for call, _ in reader.calls}
    for call, scope in reader.calls:
        if called(call.func) == helper.function:
            value = given(call, helper.position, parameter, reader.bindings, scope)
            found.append(_site(value, call, call.func, scope, reader))
    for node in ast.walk(tree):
        handed = (
            isinstance(node, ast.Name | ast.Attribute)
            and called(node) == helper.function
            and id(node) not in functions
        )
        if (
            handed
            and isinstance(node, ast.expr)
            and (own or not helper.method)
            and isinstance(getattr(node, "ctx", None), ast.Load)
        ):
            found.append(Site(UNKNOWN, node.lineno, 0, dotted(node)))
    return found


def _site(value: Value, call: ast.Call, function: ast.expr, scope: int, reader: Reader) -> Site:
    inside = reader.functions.get(scope)
    position = (
        reader.bindings.parameters.get(scope, {}).get(value.parameters[0], -1) if value.parameters else -1
    )
    return Site(
        value,
        call.lineno,
        scope,
        dotted(function),
        inside.name if inside else "",
        scope in reader.methods,
        position,
    )
