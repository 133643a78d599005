"""From components to what is to be said of them: advisories, reach, licences, and every detector that looks at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from yanmen.core import catalogue
from yanmen.core.clock import SECOND
from yanmen.core.config import Supply
from yanmen.core.nouns import Finding, Ref, Unexamined, Where
from yanmen.core.running import run
from yanmen.intel.advisories import Advisories, Doubt, Hit, Match
from yanmen.supply.assessed import Assessed, Licensed, Path
from yanmen.supply.detectors.advisories import found
from yanmen.supply.licences import Judge
from yanmen.supply.reach import Reach
from yanmen.supply.report import Waived
from yanmen.supply.stating import stated
from yanmen.supply.targets import Component
from yanmen.supply.vex import Statement, Statements

_OURS = frozenset({"project", "constraint"})
"""Roles of components that are in no registry, or demand nothing."""


class Asked(NamedTuple):
    """What a feed is asked: OSV's ecosystem, the name and version as it compares them."""

    ecosystem: str
    name: str
    version: str


def asked(component: Component) -> Asked | None:
    """What to ask of a component; None: it is in no registry, so no advisory could speak of it."""
    if not component.ecosystem or component.facts.get("role") in _OURS:
        return None
    version = component.version
    if component.ecosystem == "Go":
        version = version.removeprefix("v")
    source = component.facts.get("source")
    if source:
        return Asked(component.ecosystem, source, component.facts.get("source_version") or version)
    return Asked(component.ecosystem, component.name, version)


class Assessor:
    """Assesses the components of one target."""

    def __init__(self, supply: Supply, advisories: Advisories, *, part: bool, licence: str = "") -> None:
        """``part``: whether components become part of a work that is handed on; ``licence``: that work's, as it says."""
        self._advisories = advisories
        self._judge = Judge(supply.licences, licence, part=part)
        self._beside = Judge(supply.licences, licence, part=False)

    def match(self, component: Component) -> Match:
        """What advisories say of a component."""
        question = asked(component)
        if question is None:
            return Match(checked="checked", malicious="checked")
        match = self._advisories.match(*question)
        others = [one for one in component.facts.get("versions", "").split() if one != question.version]
        return self._perhaps(match, [question._replace(version=one) for one in others]) if others else match

    def _perhaps(self, match: Match, others: list[Asked]) -> Match:
        """With what would be so if it were another of the releases that its files fit: a doubt."""
        known = {name for hit in match.found for name in hit.ids}
        known |= {name for doubt in match.doubts for name in (doubt.id, *doubt.aliases)}
        doubts: dict[str, Doubt] = {}
        for question in others:
            for hit in self._advisories.match(*question).found:
                if not known & set(hit.ids):
                    doubts[hit.id] = Doubt(
                        id=hit.id,
                        aliases=hit.aliases,
                        summary=hit.summary,
                        why="several-versions",
                        malicious=hit.malicious,
                    )
        return msgspec.structs.replace(match, doubts=(*match.doubts, *doubts.values()))

    def assessed(self, component: Component, match: Match, reach: Reach | None) -> Assessed:
        """All that is known of a component."""
        return Assessed(
            component=component,
            match=match,
            paths=_paths(component, match, reach),
            licence=self._licensed(component),
        )

    def _licensed(self, component: Component) -> Licensed | None:
        if not component.licences or component.facts.get("role") == "project":
            return None
        judge = self._judge if component.scope == "run" else self._beside
        judged = judge.of(component.licences)
        return Licensed(
            expression=judged.expression, word=judged.word, why=judged.why, obligations=judged.obligations
        )


def _paths(component: Component, match: Match, reach: Reach | None) -> Mapping[str, Path]:
    if reach is None or not match.found:
        return {}
    paths: dict[str, Path] = {}
    for hit in match.found:
        said = reach.state(component.purl, component.ecosystem, hit.ids)
        paths[hit.id] = Path(
            state=said.state, steps=said.path, symbol=said.symbol, tests_only=said.tests_only
        )
    return paths


class Answered(NamedTuple):
    """A component after people spoke of it."""

    left: Assessed
    """Without the vulnerabilities that somebody answers for."""
    waived: list[Waived]
    stated: list[Statement]
    """One of each vulnerability."""


def answered(assessed: Assessed, statements: Statements, at: int) -> Answered:
    """What stands of a component's vulnerabilities at this time."""
    waived: list[Waived] = []
    said: list[Statement] = []
    left: list[Hit] = []
    purl = assessed.component.purl
    for hit in assessed.match.found:
        statement = None if hit.malicious else statements.judge(purl, hit.ids, at)
        said += [] if hit.malicious else [stated(assessed, hit, statement, statements, at)]
        if statement is None or not statement.suppresses:
            left.append(hit)
            continue
        until = dt.datetime.fromtimestamp(statements.until(statement) / SECOND, dt.UTC).date().isoformat()
        waived.append(
            Waived(finding=found(assessed, hit), reason=statement.reason, by=statement.author, until=until)
        )
    if not waived:
        return Answered(assessed, [], said)
    match = msgspec.structs.replace(assessed.match, found=tuple(left))
    return Answered(msgspec.structs.replace(assessed, match=match), waived, said)


def claims(target: object, kind: type, part: str) -> Iterator[Finding | Unexamined]:
    """What every detector of a kind of target says of one that stands at ``part``."""
    for plugin in catalogue.detectors(kind):
        yield from run(plugin.configured(None), target, Where(part=part))


def unfed(assessed: Iterable[Assessed]) -> Iterator[Unexamined]:
    """Ecosystems in which vulnerabilities were looked for and known malicious packages were not, for want of a feed."""
    places = {
        one.component.ecosystem.partition(":")[0]
        for one in assessed
        if one.match.checked == "checked" and one.match.malicious == "not-checked"
    }
    for place in sorted(places):
        yield Unexamined(
            subject=Ref(kind="feed", id=f"malicious-packages/{place}"),
            reason="not-checked",
            detail=f"no feed of known malicious packages covers {place}",
        )


def stale(advisories: Advisories, components: Iterable[Component]) -> Iterator[Unexamined]:
    """That all that is known of an ecosystem is too old: said once for each feed that one of the components needs."""
    needed = {component.ecosystem.partition(":")[0] for component in components if component.ecosystem}
    feeds = [one for one in advisories.feeds() if one.kind == "advisories"]
    fresh = {place.partition(":")[0] for one in feeds if not one.stale for place in one.covers}
    for feed in feeds:
        covers = {place.partition(":")[0] for place in feed.covers}
        if feed.stale and covers & needed - fresh:
            yield Unexamined(
                subject=Ref(kind="feed", id=feed.name),
                reason="stale",
                detail=f"its newest record is of {feed.date or 'an unknown date'}",
            )
