"""Spans by the semantic conventions for generative AI, without content, only when asked for."""

from __future__ import annotations

import sys

import msgspec
import pytest

from yanmen.core.config import Telemetry
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.context import Trace
from yanmen.gateway.traces import Traces, attributes, observer

EVENT = Event(
    id="evt_1",
    at=2_000_000,
    kind="call.failed",
    subject=Ref(kind="call", id="call_1"),
    data={
        "surface": "chat", "method": "POST", "status": 502, "path": "/v1/chat/completions", "verdict": "allow", "policy": "r",
        "model": "m", "tokens_in": 3, "tokens_out": 4, "ms": 500.0, "error": "upstream_broken",
    },
)  # fmt: skip


def test_nothing_is_traced_by_default() -> None:
    """There is no telemetry but to an address that somebody names."""
    observe, close = observer(Telemetry())
    close()

    assert observe is None


def test_attributes_hold_names_and_sizes_only() -> None:
    """No content."""
    found = attributes(EVENT)

    assert found["gen_ai.operation.name"] == "chat"
    assert (found["gen_ai.request.model"], found["gen_ai.usage.input_tokens"]) == ("m", 3)
    assert (found["error.type"], found["yanmen.call.id"]) == ("upstream_broken", "call_1")


def test_a_span_has_the_calls_own_times() -> None:
    """From its head to its end."""
    pytest.importorskip("opentelemetry.sdk")
    memory = pytest.importorskip(
        "opentelemetry.sdk.trace.export.in_memory_span_exporter"
    ).InMemorySpanExporter()
    traces = Traces("http://127.0.0.1:9/v1/traces", memory)
    traces.call(EVENT, 0.001)
    traces._provider.force_flush()
    (span,) = memory.get_finished_spans()
    traces.close()

    assert span.name == "chat m"
    assert (span.start_time, span.end_time) == (1_500_000_000, 2_000_000_000)
    assert span.status.status_code.name == "ERROR"


@pytest.mark.parametrize("parent", ["00f067aa0ba902b7", ""])
def test_a_span_has_the_ids_that_the_model_was_told(parent: str) -> None:
    """Below the caller's span where there is one, else the first of its trace."""
    pytest.importorskip("opentelemetry.sdk")
    memory = pytest.importorskip(
        "opentelemetry.sdk.trace.export.in_memory_span_exporter"
    ).InMemorySpanExporter()
    trace = Trace(id="4bf92f3577b34da6a3ce929d0e0e4736", parent=parent, span="b7ad6b7169203331", sampled=True)
    traces = Traces("http://127.0.0.1:9/v1/traces", memory)
    for sampled in (True, False):
        event = msgspec.structs.replace(
            EVENT, data={**EVENT.data, "trace": trace._replace(sampled=sampled)._asdict()}
        )
        traces.call(event, 0.001)
    traces._provider.force_flush()
    spans = memory.get_finished_spans()
    traces.close()

    assert len(spans) == (1 if parent else 2)
    assert f"{spans[0].context.trace_id:032x}" == trace.id
    assert f"{spans[0].context.span_id:016x}" == trace.span
    assert (f"{spans[0].parent.span_id:016x}" if parent else spans[0].parent) == (parent or None)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(YanmenError, match="not installed") as told:
        observer(Telemetry(otlp_endpoint="http://127.0.0.1:9/v1/traces"))

    assert "yanmen[otel]" in told.value.hint.en
