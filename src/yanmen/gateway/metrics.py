"""Figures for Prometheus. The number of label values is bounded whatever callers send."""

from __future__ import annotations

import re
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from yanmen.core.nouns import Event

CONTENT_TYPE = CONTENT_TYPE_LATEST
MODELS = 50
"""Model names that get a label of their own; those after are ``other``."""
_NAME = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
SURFACES = ("chat", "models")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_GUARD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2)


class Metrics:
    """What the gateway counts."""

    def __init__(self) -> None:
        """All zero."""
        self._registry = CollectorRegistry()
        calls = ("surface", "outcome", "verdict", "model")
        self._calls = Counter("yanmen_calls", "Calls by how they ended.", calls, registry=self._registry)
        self._seconds = Histogram(
            "yanmen_call_seconds",
            "From head to end.",
            ("surface",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._first = Histogram(
            "yanmen_first_byte_seconds",
            "From head to the first byte.",
            ("surface",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._door = Histogram(
            "yanmen_door_seconds", "Our own time on one call.", buckets=_GUARD, registry=self._registry
        )
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
        self._timers = {name: (self._seconds.labels(name), self._first.labels(name)) for name in SURFACES}
        self._ended: dict[tuple[str, ...], int] = {}
        """Calls since the last page; they are added up only when it is asked for."""
        self._read = self._written = 0
        """Tokens since then."""
        self._models: set[str] = set()

    def watch(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when the page is."""
        Gauge(name, help_text, registry=self._registry).set_function(read)

    def call(self, event: Event, seconds: float) -> None:
        """A call has ended; ``seconds`` the door itself took."""
        data = event.data
        labels = (data["surface"], event.kind.removeprefix("call."), data["verdict"], self._model(event))
        self._ended[labels] = self._ended.get(labels, 0) + 1
        whole, first = self._timers[data["surface"]]
        whole.observe(data["ms"] / 1_000)
        if data["ttft_ms"]:
            first.observe(data["ttft_ms"] / 1_000)
        self._door.observe(seconds)
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
        for labels, count in self._ended.items():
            self._calls.labels(*labels).inc(count)
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
