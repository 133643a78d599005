"""Addresses of which nothing is known but that the operator lets them through: every string is looked at as a stranger's."""

from __future__ import annotations

from typing import Any

from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import JSON, Request
from yanmen.llm.wire.generic import Generic, unread
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.requests import Names, Walk

_NAMES = Names((), KEYS, VALUES)


class Anything(Generic):
    """Any body and any answer. What is neither JSON nor text could not be judged."""

    others: tuple[str, ...] = ("",)

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a body. JSON must be an object."""
        walk = Walk(_NAMES)
        tree: dict[str, Any] = {}
        if kind == JSON:
            tree = requests.body(body, _NAMES, depth=depth, values=values)
            walk.any(tree, "", "user", "untrusted")
        elif body:
            walk.unexamined.append(unread(body, "", kind or "no type"))
        return walk.request(
            tree,
            model=_word(tree, "model"),
            stream=tree.get("stream") is True,
            user=_word(tree, "user"),
            kind=kind,
        )


def _word(tree: dict[str, Any], name: str) -> str:
    value = tree.get(name)
    return value if type(value) is str else ""


ANYTHING = Anything()
