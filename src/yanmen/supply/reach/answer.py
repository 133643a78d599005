"""Whether a project can reach a component: called, imported, only installed, or nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from yanmen.core.cached import cached_property
from yanmen.core.nouns import Noun, Phrase, Ref, Unexamined, Where
from yanmen.supply.reach import why
from yanmen.supply.reach.entries import Entry, entries
from yanmen.supply.reach.environment import Environment, site_folders
from yanmen.supply.reach.graph import OWN, Graph, Hole, Node
from yanmen.supply.reach.kept import Memory
from yanmen.supply.reach.live import Live
from yanmen.supply.reach.own import Sources
from yanmen.supply.reach.pack import known
from yanmen.supply.reach.scripts import Scripts
from yanmen.supply.reach.uses import Found, Uses
from yanmen.supply.walk import UnreadError, shown

State = Literal["called", "imported", "installed-only", "unknown"]
_USUAL = (".venv", "venv", "env")
_SAID = 5
"""Places that are named where the trail is lost."""


class Reached(Noun, frozen=True):
    """What is known of one component."""

    state: State
    why: Phrase
    path: tuple[str, ...] = ()
    """The shortest way there: ``app.py#L3 → transformers``, ``transformers/x.py#L9 → yaml``, at the end what is called."""
    tests_only: bool = False
    """Whether only the project's tests lead there."""
    symbol: str = ""
    """The vulnerable name that is used."""
    holes: tuple[str, ...] = ()
    """Where the trail is lost, of ``unknown``: ``uvicorn/importer.py#L19``."""


KNOWN, LOOSE, TESTS = range(3)
"""Phases: what the known beginnings reach; what the project's other files do; what only its tests do."""


class Reach:
    """What one project can reach."""

    def __init__(self, project: Path, folders: Iterable[Path], memory: Memory, seconds: float) -> None:
        """By `of`."""
        self._sources = Sources(project)
        self._environment = Environment(folders)
        self._graph = Graph(self._sources, self._environment, memory, seconds=seconds)
        self.scripts = Scripts(self._sources)
        mains = frozenset(_mains(self._sources, memory))
        self.entries: tuple[Entry, ...] = tuple(entries(self._sources, mains))
        started = self._environment.started()
        self._graph.spread((one.source for one in self.entries if one.kind != "test"), started, KNOWN)
        loose = [
            one
            for one in self._sources.sources.values()
            if not one.is_test and one.path not in self._graph.steps
        ]
        self.entries += tuple(Entry(one, "loose", "") for one in loose)
        self._graph.spread(loose, (), LOOSE)
        self._graph.spread((one.source for one in self.entries if one.kind == "test"), (), TESTS)
        self._homes: dict[str, str] = {}
        for key, node in self._graph.nodes.items():
            self._homes.setdefault(node.home, key)
        memory.keep()

    @classmethod
    def of(
        cls,
        project: Path,
        environment: Path | None = None,
        *,
        cache: Path | None = None,
        seconds: float = 120.0,
    ) -> Reach:
        """What a project can reach. OSError where there is no such project.

        ``environment``: where its dependencies are installed, by default a virtual environment in it; ``cache``: a file that keeps
        what sources said; ``seconds``: what is not read by then is not known.
        """
        root = project.resolve()
        folders = [
            path for one in ([environment] if environment else _within(root)) for path in site_folders(one)
        ]
        return cls(root, folders, Memory(cache), seconds)

    @property
    def unexamined(self) -> tuple[Unexamined, ...]:
        """Files that could not be read, and whether the time was up."""
        broken = [hole for hole in self._graph.holes if hole.why not in why.LOST and not self._stray(hole)]
        found = [_unexamined(self._graph.place(hole.key), hole.why) for hole in broken]
        if self._graph.stopped:
            found.append(_unexamined(".", "timed-out"))
        return (*self._sources.unexamined, *found)

    @cached_property
    def modules(self) -> int:
        """How many modules are reached."""
        return len(self._graph.steps)

    def state(self, name: str, ecosystem: str = "PyPI", ids: Iterable[str] = ()) -> Reached:
        """Of a component, by its package URL or its name. ``ids``: of the advisories that it is hit by, aliases too."""
        if name.startswith("pkg:"):
            try:
                purl = PackageURL.from_string(name)
            except ValueError:
                return Reached(state="unknown", why=why.UNSUPPORTED)
            name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
            ecosystem = {"pypi": "PyPI", "npm": "npm"}.get(purl.type, purl.type)
        if ecosystem == "npm":
            path, word = self.scripts.state(name)
            return Reached(state="imported" if path else "unknown", path=path, why=why.SCRIPTS[word])
        if ecosystem != "PyPI":
            return Reached(state="unknown", why=why.UNSUPPORTED)
        return self._python(canonicalize_name(name), tuple(ids))

    def _python(self, name: str, ids: tuple[str, ...]) -> Reached:
        key = self._first(name)
        called = self._called(name, ids)
        if called is not None:
            found, runs = called
            node = self._graph.nodes[found.key]
            place = self._graph.place(found.key, found.line)
            path = (*self._graph.trail(found.key), f"{place} · {found.symbol}")
            if runs:
                said = self._whence(node, why.called(found.symbol, place))
                return Reached(
                    state="called", path=path, why=said, tests_only=node.phase == TESTS, symbol=found.symbol
                )
            key = key or found.key
        if key is None:
            return self._unreached(name)
        node = self._graph.nodes[key]
        listed = [symbol for one in known(name, ids) for symbol in one.symbols]
        said = why.imported(ids=bool(ids), listed=listed)
        if called is not None:
            said = why.idle(called[0].symbol, self._graph.place(called[0].key, called[0].line))
        return Reached(
            state="imported",
            path=self._graph.trail(key),
            why=self._whence(node, said),
            tests_only=node.phase == TESTS,
        )

    def _first(self, name: str) -> str | None:
        """The module of a distribution that is reached first."""
        if name in self._homes and name in self._environment.distributions:
            return self._homes[name]
        wanted = self.import_names(name)
        shared = self._environment.distributions.get(name)
        for key, node in self._graph.nodes.items():
            mine = node.kind == "missing" or (
                node.home == "" and shared is not None and node.kind != "namespace"
            )
            if mine and any(node.name == one or node.name.startswith(f"{one}.") for one in wanted):
                return key
        return None

    def import_names(self, name: str) -> tuple[str, ...]:
        """What a distribution brings to import: as installed, as is known of it, or else by its own name."""
        found = self._environment.distributions.get(name)
        if found is not None and found.tops:
            return tuple(sorted(found.tops))
        return names().get(name) or (name.replace("-", "_"),)

    def _called(self, name: str, ids: tuple[str, ...]) -> tuple[Found, bool] | None:
        """The first use of a vulnerable name, and whether it may run; one that may comes before one that does not."""
        idle: Found | None = None
        for one in known(name, ids):
            for found in self._uses.of(one.symbols, name, one.unless):
                if self._live.runs(found.key, found.scope):
                    return found, True
                idle = idle or found
        return (idle, False) if idle else None

    @cached_property
    def _uses(self) -> Uses:
        return Uses(self._graph)

    @cached_property
    def _live(self) -> Live:
        own_open = {one.source.path for one in self.entries if one.kind in {"loose", "test", "notebook"}}
        called = [one.function for one in self.entries if one.function]
        return Live(self._graph.nodes.values(), open_to_all=frozenset(own_open), called=called)

    def _unreached(self, name: str) -> Reached:
        if not any(one.kind != "test" for one in self.entries):
            return Reached(state="unknown", why=why.NO_SOURCES)
        holes = [hole for hole in self._graph.holes if self._hides(hole, name)]
        places = tuple(dict.fromkeys(self._graph.place(hole.key, hole.line) for hole in holes))
        if self._graph.stopped:
            return Reached(state="unknown", why=why.TIMED_OUT, holes=places[:_SAID])
        if holes:
            first = min(holes, key=lambda hole: (self._graph.nodes[hole.key].phase, why.rank(hole.why)))
            said = why.lost(first.why, first.name, self._graph.place(first.key, first.line), len(places))
            only = self._graph.nodes[first.key].phase == TESTS
            return Reached(
                state="unknown",
                why=why.from_tests(said) if only else said,
                tests_only=only,
                holes=places[:_SAID],
            )
        if not self._environment.folders or name not in self._environment.distributions:
            return Reached(state="unknown", why=why.not_installed(", ".join(self.import_names(name))))
        return Reached(state="installed-only", why=why.INSTALLED_ONLY)

    def _hides(self, hole: Hole, name: str) -> bool:
        """Whether the trail might go on from there to a distribution."""
        if hole.why == "binary":
            return hole.name == OWN or name in self._environment.closure(hole.name)
        return not self._stray(hole)

    def _stray(self, hole: Hole) -> bool:
        return not self._live.runs(hole.key, hole.scope)

    def _whence(self, node: Node, said: Phrase) -> Phrase:
        if node.phase == TESTS:
            return why.from_tests(said)
        return why.from_loose(said) if node.phase == LOOSE else said


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Import names of well-known distributions."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text("utf-8"))
    return {name: tuple(several) for name, several in loaded.items()}


def _within(root: Path) -> list[Path]:
    """The virtual environment in a project's folder; of several the one that is called as most are."""
    found = sorted(
        (path.parent for path in root.glob("*/pyvenv.cfg")),
        key=lambda one: (one.name not in _USUAL, one.name),
    )
    return found[:1]


def _mains(sources: Sources, memory: Memory) -> Iterator[str]:
    for path, source in sources.sources.items():
        try:
            if memory.facts(source.code()).main:
                yield path
        except UnreadError:
            continue  # said when it is reached, as every source of the project is


def _unexamined(place: str, reason: str) -> Unexamined:
    return Unexamined(
        subject=Ref(kind="file", id=shown(place)), reason=reason, where=Where(part=shown(place))
    )
