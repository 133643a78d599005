"""From where a project begins, module by module, to whatever it may import; and where the trail is lost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from yanmen.supply.reach.environment import STDLIB, Environment, Located, regular
from yanmen.supply.reach.facts import MODULE, NAME, PACKAGE, Dynamic, Facts, Import, Value
from yanmen.supply.reach.handing import sites
from yanmen.supply.reach.kept import Memory
from yanmen.supply.reach.own import Source, Sources
from yanmen.supply.reach.reading import LARGEST
from yanmen.supply.walk import UnreadError, shown

OWN = "."
"""Whose the project's own modules are."""
_MODULES = 60_000
_CALLERS = 200
"""Modules that are looked through for the calls of one helper; with more, the helper itself is where the trail is lost."""
_BELOW = 5_000
"""Modules that one beginning of a name may stand for."""


class Node:
    """A module that is reached, or (``missing``) one that is asked for and is not at hand."""

    __slots__ = ("facts", "home", "key", "kind", "name", "package", "path", "phase", "source")

    def __init__(
        self, key: str, name: str, kind: str, home: str, path: str, source: Source | None = None
    ) -> None:
        """``kind``: ``source``, ``binary``, ``namespace`` or ``missing``."""
        self.key, self.name, self.kind, self.home, self.path, self.source = (
            key,
            name,
            kind,
            home,
            path,
            source,
        )
        self.facts = Facts()
        self.phase = 0
        is_package = source.is_package if source else path.endswith("__init__.py")
        self.package = name if is_package else name.rpartition(".")[0]


class Step(NamedTuple):
    """How a module is reached: from which one, by which line, under which name."""

    before: str
    line: int
    name: str


class Hole(NamedTuple):
    """Where the trail is lost."""

    key: str
    line: int
    scope: int
    why: str
    """``dynamic``, ``code`` (code or a file that is run), ``binary``, ``missing``, or the word for why a file was not read."""
    name: str = ""
    """Of what is missing; of a binary its distribution."""


class Graph:
    """Grows by phases: what a later phase reaches, no earlier one did."""

    def __init__(
        self,
        sources: Sources,
        environment: Environment,
        memory: Memory,
        *,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``seconds``: after that it stops, and says so."""
        self.sources, self.environment, self._memory = sources, environment, memory
        self._clock, self._until = clock, clock() + seconds
        self.nodes: dict[str, Node] = {}
        self.steps: dict[str, Step | None] = {}
        self.named: dict[str, str] = {}
        self.holes: list[Hole] = []
        self.stopped = False
        self._waiting: deque[str] = deque()
        self._helpers: dict[tuple[str, int], tuple[Dynamic, Node]] = {}
        self._asked: set[tuple[str, int, str]] = set()
        self._phase = 0

    def own(self, source: Source) -> Node:
        """The node of a file of the project, whether or not it is reached."""
        name = source.names[0] if source.names else ""
        return Node(source.path, name, "source", OWN, source.path, source)

    def spread(self, starts: Iterable[Source], others: Iterable[tuple[str, bytes]], phase: int) -> None:
        """Reach all that these reach. ``others``: files that start by themselves, with the code in them."""
        self._phase = phase
        for source in starts:
            self._enter(self.own(source), None)
        for file, code in others:
            self._begin(file, code)
        self._drain()
        while not self.stopped and self._follow():
            self._drain()

    def _begin(self, file: str, code: bytes) -> None:
        node = Node(f"*{file}", "", "start", "", file)
        self._enter(node, None)
        node.facts = self._memory.facts(code)
        if node.facts.broken:
            self.holes.append(Hole(node.key, 0, MODULE, node.facts.broken))
        self._waiting.append(node.key)

    def place(self, key: str, line: int = 0) -> str:
        """A file as shown, with its line."""
        node = self.nodes.get(key)
        if node is None:
            return shown(key)
        if node.source is not None:
            return node.source.place(line)
        bare = next(
            (
                node.path[len(str(folder)) + 1 :]
                for folder in self.environment.folders
                if node.path.startswith(f"{folder}/")
            ),
            node.path,
        )
        return f"{shown(bare)}#L{line}" if line else shown(bare)

    def trail(self, key: str) -> tuple[str, ...]:
        """The way to a module: ``app.py#L3 → transformers``, then on from there."""
        found: list[str] = []
        step = self.steps.get(key)
        while step is not None and len(found) < _MODULES:
            found.append(f"{self.place(step.before, step.line)} → {step.name}")
            step = self.steps.get(step.before)
        return tuple(reversed(found))

    def data(self, node: Node) -> bytes:
        """A module's code. UnreadError or OSError where it cannot be read."""
        if node.source is not None:
            return node.source.code()
        return regular(node.path, LARGEST)

    def _drain(self) -> None:
        while self._waiting:
            if self._clock() > self._until or len(self.nodes) > _MODULES:
                self.stopped = True
                return
            node = self.nodes[self._waiting.popleft()]
            for found, line, name in self._edges(node):
                if found.key not in self.steps:
                    self._enter(found, Step(node.key, line, name))

    def _enter(self, node: Node, step: Step | None) -> None:
        if node.key in self.steps:
            return
        node.phase = self._phase
        self.nodes[node.key], self.steps[node.key] = node, step
        for name in node.source.names if node.source else (node.name,):
            self.named.setdefault(name, node.key)
        if node.kind == "source":
            self._read(node)
            self._waiting.append(node.key)
        elif node.kind == "binary":
            self.holes.append(Hole(node.key, 0, MODULE, "binary", node.home))

    def _read(self, node: Node) -> None:
        try:
            node.facts = self._memory.facts(self.data(node))
        except UnreadError as error:
            node.facts = Facts(broken=error.reason)
        except OSError:
            node.facts = Facts(broken="unreadable")
        if node.facts.broken:
            self.holes.append(Hole(node.key, 0, MODULE, node.facts.broken))

    def _edges(self, node: Node) -> Iterator[tuple[Node, int, str]]:
        for one in node.facts.imports:
            yield from self._imported(node, one)
        for each in node.facts.dynamics:
            yield from self._made(node, each)

    def _imported(self, node: Node, one: Import) -> Iterator[tuple[Node, int, str]]:
        base = self.absolute(node, one.module, one.level)
        if base is None:
            return
        chain = list(self._chain(base, node))
        yield from ((found, one.line, base) for found in chain)
        if not chain and base and not self._is_known(base, node):
            yield self._lack(node, base, one), one.line, base
        for name in one.names if chain or not base or base in self.sources.spaces else ():
            full = f"{base}.{name}" if base else name
            if name != "*" and (found := self._find(full, node)):
                yield found, one.line, full

    def absolute(self, node: Node, module: str, level: int) -> str | None:
        """The full name of what an import statement names; None: a relative one that leads nowhere."""
        if level == 0:
            return module
        parts = node.package.split(".") if node.package else []
        if level - 1 > len(parts):
            return None
        above = parts[: len(parts) - (level - 1)]
        return ".".join([*above, module] if module else above)

    def _lack(self, node: Node, name: str, one: Import) -> Node:
        if node.home == OWN and not one.tried:
            self.holes.append(Hole(node.key, one.line, one.scope, "missing", name))
        return Node(f"?{name}", name, "missing", "", "")

    def _is_known(self, name: str, node: Node) -> bool:
        return name.partition(".")[0] in STDLIB or (node.home == OWN and name in self.sources.spaces)

    def _chain(self, name: str, node: Node | None) -> Iterator[Node]:
        """The module and the packages above it; nothing where the module itself is none."""
        parts = name.split(".")
        found = [self._find(".".join(parts[:count]), node) for count in range(1, len(parts) + 1)]
        if found[-1] is not None:
            yield from (one for one in found if one is not None)

    def _find(self, name: str, node: Node | None) -> Node | None:
        if not name:
            return None
        if node is not None and node.home == OWN and (source := self.sources.find(name, node.path)):
            return self.nodes.get(source.path) or self.own(source)
        if name.partition(".")[0] in STDLIB:
            return None
        located = self.environment.find(name)
        return self._node(located) if located is not None else None

    def _node(self, found: Located) -> Node:
        key = found.path or f"/{found.name}"
        return self.nodes.get(key) or Node(key, found.name, found.kind, found.home, found.path)

    def _made(self, node: Node, each: Dynamic) -> Iterator[tuple[Node, int, str]]:
        if each.how == "run":
            self.holes.append(Hole(node.key, each.line, each.scope, "code"))
        else:
            yield from self._valued(node, each, each.value)

    def _valued(self, node: Node, each: Dynamic, value: Value) -> Iterator[tuple[Node, int, str]]:
        if each.how == "entries":
            for module in self._entered(value):
                yield from ((found, each.line, module) for found in self._chain(module, node))
        else:
            yield from self._all_named(node, each, value)
        if (
            value.unknown
            or value == Value()
            or (value.parameters and (not each.function or each.function == "__init__"))
        ):
            self.holes.append(Hole(node.key, each.line, each.scope, "dynamic"))
        elif value.parameters:
            self._helpers.setdefault((node.key, each.line), (each, node))

    def _entered(self, value: Value) -> Iterator[str]:
        begins = value.beginnings
        return self.environment.entry_points(lambda group: group in value.exact or group.startswith(begins))

    def _all_named(self, node: Node, each: Dynamic, value: Value) -> Iterator[tuple[Node, int, str]]:
        for text in value.exact:
            for name in self._placed(node, text, each.package):
                yield from ((found, each.line, name) for found in self._chain(name, node))
        for text in value.beginnings:
            for name in self._placed(node, text, each.package):
                yield from self._below(node, each, name)

    def _placed(self, node: Node, text: str, package: Value) -> Iterator[str]:
        """A made name in full. A relative one of a package that is not known stays below what is already loaded."""
        whole = text.replace(NAME, node.name).replace(PACKAGE, node.package)
        if not whole.startswith("."):
            yield whole.partition(":")[0]
            return
        dots = len(whole) - len(whole.lstrip("."))
        for one in package.exact:
            if one.startswith("."):  # of a table that holds names beside packages
                continue
            parts = one.replace(NAME, node.name).replace(PACKAGE, node.package).split(".")
            yield ".".join([*parts[: len(parts) - dots + 1], whole[dots:]])

    def _below(self, node: Node, each: Dynamic, beginning: str) -> Iterator[tuple[Node, int, str]]:
        if "." not in beginning.lstrip("."):
            self.holes.append(Hole(node.key, each.line, each.scope, "dynamic"))
            return
        names = self.sources.below(beginning) if node.home == OWN else self.environment.below(beginning)
        for count, name in enumerate(names):
            if count >= _BELOW:
                self.holes.append(Hole(node.key, each.line, each.scope, "dynamic"))
                return
            if found := self._find(name, node):
                yield found, each.line, name

    def _follow(self) -> bool:
        """Look at the calls of helpers that import what they are given; whether anything came of it."""
        helpers = list(self._helpers.items())
        wanted = {each.function for _, (each, _) in helpers}
        callers: dict[str, list[str]] = {}
        for key, node in self.nodes.items():
            for name in {name for scope in node.facts.scopes for name in wanted.intersection(scope.mentions)}:
                callers.setdefault(name, []).append(key)
        before = len(self.steps), len(self._helpers)
        for (key, line), (each, node) in helpers:
            several = [one for one in callers.get(each.function, ()) if (key, line, one) not in self._asked]
            self._asked.update((key, line, one) for one in several)
            if len(several) > _CALLERS:
                self.holes.append(Hole(key, line, each.scope, "dynamic"))
                continue
            for caller in several:
                self._call(self.nodes[caller], each, node)
        return (len(self.steps), len(self._helpers)) != before

    def _call(self, caller: Node, helper: Dynamic, home: Node) -> None:
        roots = self._roots(caller, home)
        if not helper.method and caller.key != home.key and not roots:
            return
        try:
            found = sites(self.data(caller), helper, own=caller.key == home.key)
        except (UnreadError, OSError):
            return
        for site in found:
            if site.value == Value():  # left out: the helper's own default
                continue
            root = site.dotted.partition(".")[0]
            if (
                not helper.method
                and caller.key != home.key
                and root
                and root not in roots
                and "*" not in roots
            ):
                continue
            made = Dynamic(
                "import",
                site.value,
                helper.package,
                site.line,
                site.scope,
                site.function,
                site.method,
                site.position,
            )
            for one, line, name in self._valued(caller, made, site.value):
                if one.key not in self.steps:
                    self._enter(one, Step(caller.key, line, name))

    def _roots(self, caller: Node, home: Node) -> frozenset[str]:
        """The names that a module takes from the distribution that a helper is of."""
        found: set[str] = set()
        for one in caller.facts.imports:
            base = self._find(self.absolute(caller, one.module, one.level) or "", caller)
            if base is not None and base.home == home.home:
                found.update(one.bound)
        return frozenset(found)
