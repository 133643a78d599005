"""Where a known name of a package is used, whatever it is called there and however many packages hand it on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from yanmen.core.cached import cached_property
from yanmen.supply.reach.arguments import without
from yanmen.supply.reach.facts import MODULE, Scope, Use
from yanmen.supply.reach.graph import Graph, Node
from yanmen.supply.walk import UnreadError

_HOPS = 8
"""Packages that hand a name on, one to the next."""


class Found(NamedTuple):
    """One use."""

    key: str
    line: int
    scope: int
    symbol: str


class Uses:
    """Over a graph that grows no more."""

    def __init__(self, graph: Graph) -> None:
        """Nothing is looked at before it is asked for."""
        self._graph = graph
        self._aliases: dict[str, dict[str, str]] = {}

    def of(self, symbols: Iterable[str], home: str, harmless: Collection[str] = ()) -> Iterator[Found]:
        """Uses of these outside of the distribution that they are of; in the project's own files first, then as reached.

        ``harmless``: what a call may be handed so that it is none.
        """
        found: set[Found] = set()
        for symbol in symbols:
            name, _, method = symbol.partition("#")
            for node, use in self._candidates(name.rpartition(".")[2]):
                if node.home != home and self._is(node, use.dotted, name):
                    if method:
                        found |= set(self._methods(node, name, method))
                    elif harmless:
                        found |= set(self._harmful(node, use, symbol, harmless))
                    else:
                        found.add(Found(node.key, use.line, use.scope, symbol))
        order = {key: number for number, key in enumerate(self._graph.steps)}
        yield from sorted(
            found, key=lambda one: (self._graph.nodes[one.key].source is None, order[one.key], one.line)
        )

    def _candidates(self, last: str) -> Iterator[tuple[Node, Use]]:
        """Uses whose last name is this, or what it is renamed to anywhere."""
        wanted, waiting = {last}, [last]
        while waiting:
            new = self._renamed.get(waiting.pop(), set()) - wanted
            wanted |= new
            waiting.extend(new)
        for name in sorted(wanted):
            yield from self._by_part.get(name, ())

    @cached_property
    def _renamed(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for node in self._graph.nodes.values():
            for one in node.facts.imports:
                taken = one.names or (one.module.rpartition(".")[2],)
                for name, bound in zip(taken, one.bound, strict=False):
                    if name != bound:
                        found.setdefault(name, set()).add(bound)
        return found

    @cached_property
    def _by_part(self) -> dict[str, list[tuple[Node, Use]]]:
        found: dict[str, list[tuple[Node, Use]]] = {}
        for node in self._graph.nodes.values():
            for use in node.facts.uses:
                for part in set(use.dotted.split(".")):
                    found.setdefault(part, []).append((node, use))
        return found

    def _is(self, node: Node, dotted: str, symbol: str) -> bool:
        return any(stage == symbol or stage.startswith(f"{symbol}.") for stage in self._stages(node, dotted))

    def _stages(self, node: Node, dotted: str) -> Iterator[str]:
        """What a name is called, at each package that hands it on."""
        root, _, rest = dotted.partition(".")
        full: str | None = self._bound(node).get(root)
        if full is None:
            starred = self._bound(node).get("*")
            full = f"{starred}.{root}" if starred else None
        for _ in range(_HOPS):
            if full is None:
                return
            stage = f"{full}.{rest}" if rest else full
            yield stage
            full, rest = self._handed(stage)

    def _handed(self, full: str) -> tuple[str | None, str]:
        """What the longest module at the beginning of a name takes its next part from."""
        parts = full.split(".")
        for count in range(len(parts) - 1, 0, -1):
            key = self._graph.named.get(".".join(parts[:count]))
            if key is None:
                continue
            bound = self._bound(self._graph.nodes[key])
            name, rest = parts[count], ".".join(parts[count + 1 :])
            if name in bound:
                return (bound[name], rest) if bound[name] != ".".join(parts[: count + 1]) else (None, "")
            return (f"{bound['*']}.{name}", rest) if "*" in bound else (None, "")
        return None, ""

    def _bound(self, node: Node) -> dict[str, str]:
        known = self._aliases.get(node.key)
        if known is not None:
            return known
        found: dict[str, str] = {}
        for one in node.facts.imports:
            base = self._graph.absolute(node, one.module, one.level)
            if base is None:
                continue
            if not one.names:
                whole = one.bound[0] != one.module.partition(".")[0]
                found[one.bound[0]] = base if whole else one.bound[0]
            for name, bound in zip(one.names, one.bound, strict=False):
                found[bound] = base if name == "*" else f"{base}.{name}" if base else name
        self._aliases[node.key] = found
        return found

    def _harmful(self, node: Node, use: Use, symbol: str, harmless: Collection[str]) -> Iterator[Found]:
        try:
            lines = without(self._graph.data(node), use.dotted, harmless)
        except (UnreadError, OSError):
            return
        everywhere = list(range(len(node.facts.scopes)))
        for line in lines:
            yield Found(node.key, line, _around(node.facts.scopes, everywhere, line), symbol)

    def _methods(self, node: Node, name: str, method: str) -> Iterator[Found]:
        """Calls of a method's name in a source that uses its class: which object it is of, nobody can tell."""
        scopes = [number for number, scope in enumerate(node.facts.scopes) if method in scope.mentions]
        if not scopes:
            return
        try:
            code = self._graph.data(node).decode("utf-8", "replace")
        except (UnreadError, OSError):
            return
        for matched in re.finditer(rf"\.\s*{re.escape(method)}\s*\(", code):
            line = code.count("\n", 0, matched.start()) + 1
            yield Found(node.key, line, _around(node.facts.scopes, scopes, line), f"{name}#{method}")


def _around(scopes: tuple[Scope, ...], candidates: list[int], line: int) -> int:
    before = [number for number in candidates if scopes[number].line <= line]
    return max(before, key=lambda number: scopes[number].line, default=MODULE)
