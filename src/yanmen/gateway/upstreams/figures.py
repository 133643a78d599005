"""What the fleet says of itself: for Prometheus, for ``/readyz``, and for the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.gateway.upstreams.member import Told


class Recorder(Protocol):
    """What keeps events."""

    def append_soon(self, *events: Event) -> None:
        """Write soon."""


def recording(store: Recorder) -> Told:
    """Writes ``upstream.ejected`` and ``upstream.returned``."""

    def told(turn: str, name: str, why: str) -> None:
        subject, data = Ref(kind="upstream", id=name), {"upstream": name, "why": why[:300]}
        if turn == "ejected":
            event = Event(id=new_id("evt"), at=now(), kind="upstream.ejected", subject=subject, data=data)
        else:
            event = Event(id=new_id("evt"), at=now(), kind="upstream.returned", subject=subject, data=data)
        store.append_soon(event)

    return told


def states(fleet: Fleet) -> dict[str, dict[str, Any]]:
    """Each upstream by name, as ``/readyz`` shows it: no address, no credential."""
    return {
        name: {"state": member.health.state, "calls": member.calls, "limit": int(member.limit.now)}
        for name, member in fleet.members.items()
    }


class Figures:
    """The fleet, as the registry collects it. Names of upstreams are the configuration's, so their number is bounded."""

    def __init__(self, fleet: Fleet) -> None:
        """Nothing is kept: every page asks."""
        self._fleet = fleet

    def collect(self) -> Iterator[Metric]:
        """As Prometheus' client asks for it."""
        up, label = self._fleet, ("upstream",)
        calls = GaugeMetricFamily("yanmen_upstream_calls", "Calls an upstream has in hand.", labels=label)
        limit = GaugeMetricFamily("yanmen_upstream_limit", "Calls it is given at once.", labels=label)
        fit = GaugeMetricFamily("yanmen_upstream_fit", "Whether it is not ejected.", labels=label)
        connections = GaugeMetricFamily("yanmen_upstream_connections", "Open to it.", labels=label)
        ejected = CounterMetricFamily("yanmen_upstream_ejections", "Times it was ejected.", labels=label)
        ended = CounterMetricFamily(
            "yanmen_upstream_answers", "Calls to it by what became of them.", labels=("upstream", "outcome")
        )
        for name, member in up.members.items():
            calls.add_metric([name], member.calls)
            limit.add_metric([name], int(member.limit.now))
            fit.add_metric([name], not member.health.out)
            connections.add_metric([name], member.pool.open)
            ejected.add_metric([name], member.health.ejections)
            for outcome, count in member.ended.items():
                ended.add_metric([name, outcome], count)
        yield from (calls, limit, fit, connections, ejected, ended)
        yield CounterMetricFamily("yanmen_upstream_retries", "Calls tried once more.", value=up.retries)
        yield GaugeMetricFamily("yanmen_waiting_calls", "Calls that wait for room.", value=len(up.waiting))
        shed = CounterMetricFamily("yanmen_shed_calls", "Calls turned away, by why.", labels=("why",))
        for why, count in up.shed().items():
            shed.add_metric([why], count)
        yield shed
