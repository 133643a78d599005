"""The dialect of Node and of browsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading import node_folding as folding
from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.effects import Api, Shape
from yanmen.supply.packages.reading.node_calls import SPECIALS
from yanmen.supply.packages.reading.node_library import APIS, CONSTANTS, GLOBALS, SHAPES
from yanmen.supply.packages.reading.script import Script

_ALIASES = {"global": "globalThis", "window": "globalThis", "self": "globalThis"}


class Node:
    """JavaScript."""

    name = "node"
    self_is_first = False
    functions = folding.FUNCTIONS
    shapes: Mapping[str, Shape] = SHAPES
    apis: Mapping[str, Api] = APIS
    specials: Mapping[str, Any] = SPECIALS
    constants: Mapping[str, Any] = CONSTANTS

    @staticmethod
    def parse(text: str) -> list[s.Node]:
        """Statements. Raises ValueError where nothing can be read."""
        try:
            return Script(text).program()
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    @staticmethod
    def builtin(name: str) -> str:
        """Globals are known by their own names."""
        return _ALIASES.get(name, name) if name in GLOBALS else ""

    method = staticmethod(folding.method)
    operate = staticmethod(folding.operate)
