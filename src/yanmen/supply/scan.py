"""Looks at projects, environments, packages, models and data sets, and says what was found, and what could not be judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

import yanmen
from yanmen.core.clock import SECOND, Clock, now
from yanmen.core.config import Supply
from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.intel.advisories import Advisories
from yanmen.supply import kinds, studies
from yanmen.supply.assessed import Assessed
from yanmen.supply.assessing import Assessor, answered, claims, stale, unfed
from yanmen.supply.bom.reading import components
from yanmen.supply.inventory import image, inventory
from yanmen.supply.kept import Kept
from yanmen.supply.merging import Graph, merged, unversioned
from yanmen.supply.models.sources.files import ModelFiles
from yanmen.supply.reach import Reach
from yanmen.supply.report import Accepted, Feed, Kind, Report, Result, Risk, Waived
from yanmen.supply.risk import risks
from yanmen.supply.studies import Part, Said, Unit
from yanmen.supply.targets import Component
from yanmen.supply.upgrades import Plan, plan
from yanmen.supply.upgrades.resolving import Resolver
from yanmen.supply.upgrades.wanted import Ways
from yanmen.supply.upkeep import Known
from yanmen.supply.vex import Idle, Statement, Statements
from yanmen.supply.vex.statement import DAYS
from yanmen.supply.walk import Walk, unexamined

WAYS = 3
"""Ways that are told of one component."""
Progress = Callable[[str, int, int], None]
"""Told what is being looked at, how many are done, and of how many."""


class Options(NamedTuple):
    """How to look."""

    kind: Kind | None = None
    """None: told by what is there."""
    jobs: int = 1
    """Processes that files are examined in."""
    cache: Path | None = None
    """Folder that keeps what was found in files, by their digests; None: nothing is kept."""
    threshold: Severity | None = None
    """None: the configuration's."""
    known: frozenset[str] | None = None
    """Fingerprints of a baseline; None: there is none."""
    statements: tuple[Path, ...] = ()
    """VEX files, besides a project's own."""
    stand: int = DAYS
    """Days that a statement stands which does not say so."""
    products: tuple[str, ...] = ()
    """What the project is called in others' statements, by package URL, besides what its manifests call it."""
    documents: Path | None = None
    """Folder with documents of package indexes: owners and releases, for the risk profile."""
    against: tuple[Path, ...] = ()
    """Benchmarks whose questions must not be in training data."""
    resolver: Resolver | None = None
    """Asked whether upgrades can be installed together; None: nobody is asked."""


class Everything(NamedTuple):
    """All that is known of the components of a target."""

    components: tuple[Assessed, ...]
    waived: tuple[Waived, ...]
    risks: tuple[Risk, ...]
    stated: tuple[Statement, ...]


class Scan:
    """One run over several places."""

    def __init__(
        self,
        supply: Supply,
        advisories: Advisories,
        options: Options = Options(),  # noqa: B008 (frozen)
        *,
        progress: Progress | None = None,
        clock: Clock = now,
    ) -> None:
        """``progress`` is told of each step."""
        self._supply = supply
        self._advisories = advisories
        self._options = options
        self._progress = progress or (lambda _what, _done, _all: None)
        self._at = clock()
        self._kept = Kept(options.cache)
        self._upkeep = Known(options.documents)

    def report(self, places: Iterable[Path]) -> Report:
        """Look at every place, in the order given."""
        targets = tuple(result for place in places for result in self._place(place))
        threshold = self._options.threshold
        return Report(
            at=self._at,
            version=yanmen.__version__,
            threshold=Severity[self._supply.fail_on.upper()] if threshold is None else threshold,
            targets=targets,
            feeds=tuple(feeds(self._advisories)),
            accepted=tuple(accepted(self._supply, self._at)),
            known=self._options.known or frozenset(),
            compared=self._options.known is not None,
        )

    def _place(self, place: Path) -> Iterator[Result]:
        kind = self._options.kind or kinds.told(place)
        if kind is None or not place.exists():
            gap = unexamined(str(place), "unreadable", "there is nothing, or it cannot be read")
            yield Result(path=str(place), kind=kind or "project", unexamined=(gap,))
        elif kind == "dataset":
            yield from self._kept.over([self._against(Unit("dataset", place, str(place)))], 1)
        elif kind == "model" or kind == "package":  # noqa: PLR1714  # so that their types are known
            yield from self._files(place, frozenset({kind}))
        else:
            yield from self._whole(place, kind)

    def _whole(self, place: Path, kind: Kind) -> Iterator[Result]:
        """What a place is made of, then every file of it that is a target of its own."""
        composed, files = self._composed(place, kind), []
        if kind in {"project", "environment"} and place.is_dir():
            files = list(self._files(place, frozenset({"model", "package", "dataset"})))
        elif kind == "project" and ModelFiles().takes(
            place
        ):  # a manifest by its name, and a model's by its content
            files = list(self._files(place, frozenset({"model"})))
        if not (files or composed.components or composed.findings or composed.unexamined):
            gap = unexamined(
                str(place), "not-checked", "nothing is there that is known to be part of anything"
            )
            composed = msgspec.structs.replace(composed, unexamined=(gap,))
        yield composed
        yield from files

    def _composed(self, place: Path, kind: Kind) -> Result:
        """A project, an environment, an image, a bill of materials: all that it is made of."""
        said = Said()
        seen: list[Component] = []
        walk = Walk(place)
        for one in _opened(walk, place, kind):
            if isinstance(one, Component):
                seen.append(one)
            else:
                said.take([one])
        found = merged(seen)
        components = [one.component for one in found]
        if kind in {"project", "environment"} and place.is_dir():
            said.take(studies.installed(place, self._progress))
        if kind == "image":
            said.take(studies.unread(place, components))
        assessed = self._assess(place, kind, components, said)
        graph = Graph(found)
        changes = self._plan(place, assessed, graph.why) if kind == "project" else None
        if changes is not None:
            said.take(changes.unexamined)
        return Result(
            path=str(place),
            kind=kind,
            findings=said.findings,
            unexamined=said.unexamined,
            components=tuple(components),
            facts=_left_out(walk),
            waived=assessed.waived,
            risks=assessed.risks,
            ways=_ways(graph, said.findings),
            stated=assessed.stated,
            plan=changes,
        )

    def _assess(self, place: Path, kind: Kind, components: list[Component], said: Said) -> Everything:
        """Say what is to be said of components; answer all that is known of them."""
        assessor = Assessor(
            self._supply, self._advisories, part=kind == "project", licence=_licence(components)
        )
        statements = self._statements(place, components)
        said.take(statements.unexamined)
        said.take(self._upkeep.unexamined)
        for idle in statements.idle(self._at):
            said.take(claims(idle, Idle, idle.statement.where))
        waived: list[Waived] = []
        stated: list[Statement] = []
        everything: list[Assessed] = []
        matches = [assessor.match(component) for component in components]
        reach = self._reach(place) if kind == "project" and any(match.found for match in matches) else None
        for index, (component, match) in enumerate(zip(components, matches, strict=True)):
            self._progress(component.purl, index, len(components))
            assessed, excused, answers = answered(
                assessor.assessed(component, match, reach), statements, self._at
            )
            waived += excused
            stated += answers
            everything.append(assessed)
            said.take(claims(component, Component, component.where))
            said.take(claims(assessed, Assessed, component.where))
        said.take(stale(self._advisories, components))
        said.take(unfed(everything))
        return Everything(
            tuple(everything),
            tuple(waived),
            risks(everything, said.findings, self._upkeep, self._at),
            tuple(stated),
        )

    def _plan(self, place: Path, known: Everything, ways: Ways) -> Plan | None:
        """What to change in the project's manifests."""
        hits = {one.component.purl: one.match.found for one in known.components if one.match.found}
        if not hits or not place.is_dir():
            return None
        self._progress(str(place), 0, 0)
        components = [one.component for one in known.components]
        manifests = sorted(
            {one.where.partition("#")[0] for one in components if one.how in {"declared", "locked"}}
        )
        return plan(
            components,
            hits,
            [place / name for name in manifests],
            root=place,
            ways=ways,
            match=self._advisories.match,
            resolver=self._options.resolver,
        )

    def _statements(self, place: Path, components: list[Component]) -> Statements:
        """A project's own, and those that were given; of a part of a product those count that are about this one."""
        own = {one.purl for one in components if one.facts.get("role") == "project"}
        return Statements.of_project(
            place,
            self._options.statements,
            days=self._options.stand,
            products={*own, *map(unversioned, own), *self._options.products},
        )

    def _against(self, unit: Unit) -> Unit:
        """With what a data set or a package is compared with, and what says of a model's classes what they do."""
        libraries = tuple(map(Path, self._supply.libraries))
        return unit._replace(against=libraries if unit.kind == "model" else self._options.against)

    def _reach(self, place: Path) -> Reach | None:
        """What the project's code gets to, where there is code."""
        if not place.is_dir():
            return None
        self._progress(str(place), 0, 0)
        cache = self._options.cache
        return Reach.of(place, cache=cache and cache / "reach.msgpack")

    def _files(self, place: Path, wanted: frozenset[Part]) -> Iterator[Result]:
        """Every file that is a target of its own: models, packages, data sets."""
        found = list(studies.units(place, wanted))
        gaps = tuple(one for one in found if isinstance(one, Unexamined))
        if gaps:
            yield Result(path=str(place), kind="model", unexamined=gaps)
        units = studies.paired([self._against(one) for one in found if isinstance(one, Unit)])
        for done, result in enumerate(self._kept.over(units, self._options.jobs)):
            self._progress(result.path, done + 1, len(units))
            yield self._advised(result, place)

    def _advised(self, result: Result, place: Path) -> Result:
        """With what advisories, and the project that it lies in, say of a package's file."""
        if not result.components:
            return result
        said = Said()
        said.take([*result.findings, *result.unexamined])
        known = self._assess(place, "package", list(result.components), said)
        return msgspec.structs.replace(
            result,
            findings=said.findings,
            unexamined=said.unexamined,
            waived=known.waived,
            risks=known.risks,
            stated=known.stated,
        )


def _ways(graph: Graph, findings: Iterable[Finding]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """How what was found of components came in: the shortest ways, at most WAYS of each."""
    purls = dict.fromkeys(str(one.subject) for one in findings if one.subject.kind == "pkg")
    return {purl: tuple(ways) for purl in purls if (ways := graph.why(purl)[:WAYS])}


def _left_out(walk: Walk) -> dict[str, str]:
    """What was not entered, by name and number: records of versions, caches, pipes."""
    named = ", ".join(f"{name} ({count})" for name, count in sorted(walk.left_out.items()))
    return {"left_out": named} if named else {}


def _opened(walk: Walk, place: Path, kind: Kind) -> Iterator[Component | Unexamined]:
    if kind == "sbom":
        yield from components(place)
    elif kind == "image":
        yield from image(place)
    else:
        yield from inventory(walk)


def _licence(components: list[Component]) -> str:
    """What a project says of its own licence."""
    own = [one for one in components if one.facts.get("role") == "project"]
    return own[0].licences[0] if len(own) == 1 and own[0].licences else ""


def feeds(advisories: Advisories) -> Iterator[Feed]:
    """What is known, and of when."""
    for feed in advisories.feeds():
        yield Feed(
            name=feed.name,
            date=feed.date,
            age_days=-1 if feed.age_days is None else feed.age_days,
            records=feed.records,
            covers=(*feed.covers, *feed.malicious),
            stale=feed.stale,
        )


def accepted(supply: Supply, at: int) -> Iterator[Accepted]:
    """What the site lets in unchecked, and whether that still holds."""
    today = dt.datetime.fromtimestamp(at / SECOND, dt.UTC).date().isoformat()
    for what in supply.accept_unchecked:
        yield Accepted(
            what=what,
            by=supply.accepted_by,
            until=supply.accepted_until,
            lapsed=today > supply.accepted_until,
        )
