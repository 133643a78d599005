"""Figures for Prometheus. The number of label values is bounded whatever callers send."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from yanmen.core.nouns import Event
from yanmen.gateway import surfaces

CONTENT_TYPE = CONTENT_TYPE_LATEST
MODELS = 50
"""Model names that get a label of their own; those after are ``other``."""
_NAME = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
SURFACES = surfaces.NAMES
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_GUARD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2)


class Timer:
    """A histogram of times: one step for each, and everything else when the page is asked for."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        """``bounds``: the upper ends of its buckets, in seconds."""
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """One more."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def add_to(self, family: HistogramMetricFamily, labels: Sequence[str]) -> None:
        """What there is so far, for the page."""
        ends = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        family.add_metric(labels, list(zip(ends, accumulate(self._counts), strict=True)), self._sum)


class Timers:
    """Every timer of the gateway, as the registry collects them."""

    def __init__(self) -> None:
        """Nothing timed yet."""
        self.whole = {surface: Timer(_SECONDS) for surface in SURFACES}
        self.first = {surface: Timer(_SECONDS) for surface in SURFACES}
        self.door = Timer(_GUARD)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As Prometheus' client asks for it."""
        for name, said, timers in (
            ("yanmen_call_seconds", "From head to end.", self.whole),
            ("yanmen_first_byte_seconds", "From head to the first byte.", self.first),
        ):
            family = HistogramMetricFamily(name, said, labels=("surface",))
            for surface, timer in timers.items():
                timer.add_to(family, (surface,))
            yield family
        family = HistogramMetricFamily("yanmen_door_seconds", "Our own time on one call.")
        self.door.add_to(family, ())
        yield family


class Metrics:
    """What the gateway counts."""

    def __init__(self) -> None:
        """All zero."""
        self._registry = CollectorRegistry()
        calls = ("surface", "outcome", "verdict", "model")
        self._calls = Counter("yanmen_calls", "Calls by how they ended.", calls, registry=self._registry)
        self._timers = Timers()
        self._registry.register(self._timers)
        self._errors = Counter(
            "yanmen_errors", "Calls that failed, by code.", ("code",), registry=self._registry
        )
        self._tokens = Counter("yanmen_tokens", "Tokens.", ("direction",), registry=self._registry)
        self._refused = Counter(
            "yanmen_transport_refusals",
            "Requests refused before the door.",
            ("code",),
            registry=self._registry,
        )
        self._in, self._out = self._tokens.labels("in"), self._tokens.labels("out")
        self._ended: dict[tuple[str, ...], int] = {}
        """Calls since the last page; they are added up only when it is asked for."""
        self._read = self._written = 0
        """Tokens since then."""
        self._models: set[str] = set()

    def watch(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when the page is."""
        Gauge(name, help_text, registry=self._registry).set_function(read)

    def add(self, collector: Collector) -> None:
        """Whatever says its figures itself, when the page is asked for."""
        self._registry.register(collector)

    def call(self, event: Event, seconds: float) -> None:
        """A call has ended; ``seconds`` the door itself took."""
        data = event.data
        surface, timers = data["surface"], self._timers
        labels = (surface, event.kind, data["verdict"], self._model(event))
        self._ended[labels] = self._ended.get(labels, 0) + 1
        timers.whole[surface].observe(data["ms"] / 1_000)
        if first := data["ttft_ms"]:
            timers.first[surface].observe(first / 1_000)
        timers.door.observe(seconds)
        self._read += data["tokens_in"]
        self._written += data["tokens_out"]
        if error := data.get("error"):
            self._errors.labels(error).inc()

    def refused(self, code: str) -> None:
        """The transport turned a request away."""
        self._refused.labels(code).inc()

    def page(self) -> bytes:
        """Everything, in Prometheus' text format."""
        self._add_up()
        return generate_latest(self._registry)

    def _add_up(self) -> None:
        for (surface, kind, *rest), count in self._ended.items():
            self._calls.labels(surface, kind.removeprefix("call."), *rest).inc(count)
        self._ended.clear()
        self._in.inc(self._read)
        self._out.inc(self._written)
        self._read = self._written = 0

    def _model(self, event: Event) -> str:
        """The label of a call's model: only what a model answered to, and looks like a name, gets one of its own."""
        data = event.data
        model: str = data["model"]
        if not data["key"] or not model:
            return ""
        if model not in self._models:
            answered = event.kind == "call.allowed" and not data.get("error") and not data.get("findings")
            if len(self._models) >= MODELS or not answered or not _NAME.fullmatch(model):
                return "other"
            self._models.add(model)
        return model
