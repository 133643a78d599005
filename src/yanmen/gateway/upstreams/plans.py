"""Who may serve a call, by its tenant, model and surface. Pure, and remembered: the rules are read once for each kind of call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from yanmen.core.config import Gateway, Model, Route, Upstream
from yanmen.core.config.crossing import serves, upstreams
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.choice import Peer, Plan, Seat

REMEMBERED = 4_096
"""Plans that are kept; callers may invent names, so there is an end."""


class Plans:
    """The routes of one configuration, over its peers."""

    def __init__(self, settings: Gateway, peers: Mapping[str, Peer]) -> None:
        """``peers`` by name, one for each upstream of the configuration."""
        self._upstreams = upstreams(settings)
        self._models = settings.models
        self._routes = tuple(settings.routes.values())
        self._peers = peers
        self._known: dict[tuple[str, str, str], Plan] = {}
        self.single = not settings.upstreams and not settings.models and not settings.routes
        """Whether there is one upstream and nothing to choose."""

    def of(self, errand: Errand) -> Plan:
        """The plan for a call; one without rows where nobody serves it."""
        name = errand.tenant, errand.model, errand.speaks
        if (plan := self._known.get(name)) is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            plan = self._known[name] = self._made(errand)
        return plan

    def _made(self, errand: Errand) -> Plan:
        alias = self._models.get(errand.model)
        rule: Route | Model | None = next((route for route in self._routes if _fits(route, errand)), None)
        if rule is None and alias is not None and alias.upstreams:
            rule = alias
        rows: Iterable[Iterable[str]] = (
            (self._upstreams,) if rule is None else (rule.upstreams, rule.fallback)
        )
        weights = rule.weights if rule is not None else alias.weights if alias is not None else {}
        seats = [tuple(self._seats(row, errand, alias, weights)) for row in rows]
        if rule is None and alias is not None and alias.fallback:
            seats.append(tuple(self._seats(alias.fallback, errand, alias, weights)))
        rows_kept = tuple(row for row in seats if row)
        return Plan(rows_kept, frozenset(seat.peer.name for row in rows_kept for seat in row))

    def _seats(
        self, row: Iterable[str], errand: Errand, alias: Model | None, weights: Mapping[str, int]
    ) -> Iterable[Seat]:
        for name in row:
            upstream: Upstream = self._upstreams[name]
            asked = errand.model if alias is None else alias.names.get(name) or alias.model or errand.model
            if asked and not serves(upstream, asked):
                continue
            if _deaf(upstream, errand.speaks):
                continue
            renamed = asked if asked != errand.model else ""
            yield Seat(self._peers[name], weights.get(name, upstream.weight), renamed)

    def offered(self, errand: Errand) -> tuple[list[str], list[str]]:
        """What a tenant may ask for: names that the configuration says, and upstreams to be asked for theirs."""
        names: set[str] = set(self._models)
        asking: list[str] = []
        for name, upstream in self._upstreams.items():
            exact = [model for model in upstream.models if not set("*?[") & set(model)]
            names.update(exact)
            if len(exact) < len(upstream.models) or not upstream.models:
                asking.append(name)
        said = sorted(name for name in names if self.of(errand._replace(model=name)).rows)
        return said, [name for name in asking if not _deaf(self._upstreams[name], errand.speaks)]


def _deaf(upstream: Upstream, speaks: str) -> bool:
    """Whether an upstream does not speak what a call speaks."""
    return bool(speaks and upstream.surfaces and speaks not in upstream.surfaces)


def _fits(route: Route, errand: Errand) -> bool:
    return (
        (not route.tenants or errand.tenant in route.tenants)
        and (not route.surfaces or not errand.speaks or errand.speaks in route.surfaces)
        and (not route.models or any(fnmatchcase(errand.model, pattern) for pattern in route.models))
    )
