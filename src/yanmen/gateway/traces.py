"""OpenTelemetry spans of calls, by the semantic conventions for generative AI. No content ever, and only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from yanmen.core.config import Telemetry
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event, Phrase
from yanmen.gateway import context

MICRO = 1_000
"""Nanoseconds in a microsecond: spans count nanoseconds."""


class Traces:
    """Exports one span a call over OTLP/HTTP, in batches, from a thread of its own."""

    def __init__(self, endpoint: str, exporter: Any = None) -> None:
        """``endpoint``: the OTLP traces address. YanmenError where the ``otel`` extra is not installed."""
        try:
            trace = import_module("opentelemetry.trace")
            sdk = import_module("opentelemetry.sdk.trace")
            export = import_module("opentelemetry.sdk.trace.export")
            resources = import_module("opentelemetry.sdk.resources")
            otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        except ImportError as error:
            raise YanmenError(
                Phrase(en="OpenTelemetry is not installed", zh="未安装 OpenTelemetry"),
                where="telemetry.otlp_endpoint",
                hint=Phrase(
                    en="Install `yanmen[otel]`, or leave telemetry.otlp_endpoint empty.",
                    zh="请安装 `yanmen[otel]`，或将 telemetry.otlp_endpoint 留空。",
                ),
            ) from error
        self._trace = trace
        self._ids = _Ids()
        self._provider = sdk.TracerProvider(
            resource=resources.Resource.create({"service.name": "yanmen-gateway"}), id_generator=self._ids
        )
        exporter = exporter or otlp.OTLPSpanExporter(endpoint=endpoint)
        self._provider.add_span_processor(export.BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("yanmen.gateway")

    def call(self, event: Event, seconds: float) -> None:
        """A call has ended: its span, from its head to its end."""
        data = event.data
        begun = int(event.at * MICRO - data["ms"] * MICRO * MICRO)
        self._ids.next = place = data.get("trace") or context.of([])._asdict()
        span = self._tracer.start_span(
            f"chat {data['model']}".strip() if data["surface"] == "chat" else data["surface"],
            context=self._above(place),
            kind=self._trace.SpanKind.SERVER,
            start_time=begun,
            attributes=attributes(event) | {"yanmen.door_seconds": seconds},
        )
        if event.kind == "call.failed":
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(end_time=event.at * MICRO)

    def _above(self, place: dict[str, Any]) -> Any:
        """The caller's span as OpenTelemetry takes it; a trace of our own has none."""
        if not place["parent"]:
            return None
        caller = self._trace.SpanContext(
            int(place["id"], 16),
            int(place["parent"], 16),
            is_remote=True,
            trace_flags=self._trace.TraceFlags(int(place["sampled"])),
        )
        return self._trace.set_span_in_context(self._trace.NonRecordingSpan(caller))

    def close(self) -> None:
        """Export what is left."""
        self._provider.shutdown()


class _Ids:
    """Gives the next span the ids that the model was told while the call went on."""

    def __init__(self) -> None:
        self.next: dict[str, Any] = {}

    def generate_trace_id(self) -> int:
        return int(self.next["id"], 16)

    def generate_span_id(self) -> int:
        return int(self.next["span"], 16)

    def is_trace_id_random(self) -> bool:
        return True


def attributes(event: Event) -> dict[str, str | int | float | bool]:
    """Attributes of a call's span: names, sizes, counts and verdicts."""
    data = event.data
    found: dict[str, str | int | float | bool] = {
        "gen_ai.operation.name": "chat" if data["surface"] == "chat" else data["surface"],
        "gen_ai.provider.name": "openai",
        "http.request.method": data["method"],
        "http.response.status_code": data["status"],
        "url.path": data["path"],
        "yanmen.call.id": event.subject.id if event.subject else "",
        "yanmen.outcome": event.kind.removeprefix("call."),
        "yanmen.verdict": data["verdict"],
        "yanmen.policy": data["policy"],
    }
    if data["model"]:
        found["gen_ai.request.model"] = data["model"]
    if data["tokens_in"]:
        found["gen_ai.usage.input_tokens"] = data["tokens_in"]
        found["gen_ai.usage.output_tokens"] = data["tokens_out"]
    if error := data.get("error"):
        found["error.type"] = error
    return found


def observer(settings: Telemetry) -> tuple[Callable[[Event, float], None] | None, Callable[[], None]]:
    """What is to be told of calls, and how to close it; nothing where no address is configured."""
    if not settings.otlp_endpoint:
        return None, lambda: None
    traces = Traces(settings.otlp_endpoint)
    return traces.call, traces.close
