"""Loops that never end and only keep the machine busy."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.relevance import children

_IDLE = frozenset({"log", "print", "error", "warn", "info", "write", "fork", "append", "push"})
"""Calls that such a loop may make: they only print, or make more of the same."""
_ENDS = (s.Leave, s.Ret, s.Give, s.Func)
_MOST = 200


def stalls(node: s.Loop) -> bool:
    """Whether a loop has no end, and nothing in it could bring one or waits for something."""
    return _endless(node.test) and all(_idle(one) for one in _below(node.body))


def _endless(test: s.Node | None) -> bool:
    if test is None or (isinstance(test, s.Const) and bool(test.value)):
        return True
    return (
        isinstance(test, s.Op)
        and test.op in {"<", "<="}
        and isinstance(test.right, s.Const)
        and test.right.value is None
    )


def _idle(node: s.Node) -> bool:
    if isinstance(node, s.Call):
        name = node.fn.name if isinstance(node.fn, s.Attr) else getattr(node.fn, "id", "")
        return name in _IDLE
    return not isinstance(node, _ENDS)


def _below(body: list[s.Node]) -> list[s.Node]:
    found: list[s.Node] = []
    stack = list(body)
    while stack and len(found) < _MOST:
        one = stack.pop()
        found.append(one)
        stack.extend(children(one))
    return found
