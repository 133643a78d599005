"""Spans by the semantic conventions for generative AI, without content, only when asked for."""

from __future__ import annotations

import sys

import pytest

from yanmen.core.config import Telemetry
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event, Ref
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


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(YanmenError, match="not installed") as told:
        observer(Telemetry(otlp_endpoint="http://127.0.0.1:9/v1/traces"))

    assert "yanmen[otel]" in told.value.hint.en
