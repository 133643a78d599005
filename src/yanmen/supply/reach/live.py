"""Which functions may run: those whose name something that may run mentions. More than run in truth, hardly ever fewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yanmen.supply.reach.facts import MODULE, Scope
from yanmen.supply.reach.graph import Node

_Place = tuple[str, int]


class Live:
    """Over modules that are reached. Every function of a module in ``open_to_all`` may run: whoever has the file may call it."""

    def __init__(self, nodes: Iterable[Node], *, open_to_all: frozenset[str], called: Iterable[str]) -> None:
        """``called``: functions that something outside calls, as a project's commands name them."""
        self._places: set[_Place] = set()
        self._names: set[str] = set()
        self._waiting: dict[str, list[_Place]] = {}
        self._below: dict[_Place, list[tuple[int, Scope]]] = {}
        self._scopes: Mapping[str, tuple[Scope, ...]] = {}
        self._todo: list[_Place] = []
        self._settle({node.key: node.facts.scopes for node in nodes}, open_to_all, called)

    def runs(self, key: str, scope: int) -> bool:
        """Whether a scope of a module may run."""
        return scope == MODULE or (key, scope) in self._places

    def _settle(
        self, scopes: dict[str, tuple[Scope, ...]], open_to_all: frozenset[str], called: Iterable[str]
    ) -> None:
        self._scopes = scopes
        for key, several in scopes.items():
            for number, scope in enumerate(several):
                if number != MODULE:
                    self._below.setdefault((key, scope.parent), []).append((number, scope))
        for name in called:
            self._mention(name)
        for key, several in scopes.items():
            self._todo += [
                (key, number)
                for number in range(len(several) if key in open_to_all else min(1, len(several)))
            ]
        while self._todo:
            self._run(self._todo.pop())

    def _run(self, place: _Place) -> None:
        if place in self._places:
            return
        self._places.add(place)
        key, number = place
        for name in self._scopes[key][number].mentions:
            self._mention(name)
        for below, scope in self._below.get(place, ()):
            if scope.free or scope.name in self._names:
                self._todo.append((key, below))
            else:
                self._waiting.setdefault(scope.name, []).append((key, below))

    def _mention(self, name: str) -> None:
        if name in self._names:
            return
        self._names.add(name)
        self._todo += self._waiting.pop(name, ())
        if name.endswith("*"):
            for other in [one for one in self._waiting if one.startswith(name[:-1])]:
                self._mention(other)
            self._made(name[:-1])

    def _made(self, beginning: str) -> None:
        """Names that are made at run time: whatever begins so is named, in what waits later too."""
        for several in self._scopes.values():
            for scope in several:
                if scope.name.startswith(beginning) and scope.name not in self._names:
                    self._mention(scope.name)
