"""Figures for Prometheus, bounded whatever callers send."""

from __future__ import annotations

from yanmen.core.nouns import Event
from yanmen.gateway.metrics import MODELS, Metrics


def event(model: str = "m", key: str = "key_1", **more: object) -> Event:
    """A call's event."""
    data = {
        "surface": "chat",
        "verdict": "allow",
        "model": model,
        "key": key,
        "ms": 5.0,
        "ttft_ms": 2.0,
        "tokens_in": 3,
        "tokens_out": 4,
    }
    return Event(id="evt_1", at=1, kind="call.allowed", data={**data, **more})


def test_a_call_is_counted() -> None:
    """By surface, outcome, verdict and model; with its times and tokens."""
    metrics = Metrics()
    metrics.call(event(), 0.001)
    metrics.call(event(error="upstream_status_500"), 0.001)
    metrics.refused("headers_too_large")
    metrics.watch("yanmen_test", "A test.", lambda: 7.0)
    page = metrics.page().decode()

    assert 'yanmen_calls_total{model="m",outcome="allowed",surface="chat",verdict="allow"} 2.0' in page
    assert 'yanmen_tokens_total{direction="in"} 6.0' in page
    assert 'yanmen_errors_total{code="upstream_status_500"} 1.0' in page
    assert 'yanmen_transport_refusals_total{code="headers_too_large"} 1.0' in page
    assert "yanmen_test 7.0" in page


def test_a_callers_words_are_no_label() -> None:
    """What no model answered to, what the guard objected to, what is no name."""
    metrics = Metrics()
    metrics.call(event("tell me a story"), 0.001)
    metrics.call(event("refused-name", error="field_not_allowed"), 0.001)
    metrics.call(event("found-name", findings=[{"rule": "x"}]), 0.001)
    metrics.call(event("org/model-7b:free"), 0.001)
    page = metrics.page().decode()

    assert 'model="org/model-7b:free"' in page
    assert not [word for word in ("story", "refused-name", "found-name") if word in page]


def test_made_up_model_names_do_not_fill_the_memory() -> None:
    """Those after the first few are other; those without a key are none."""
    metrics = Metrics()
    for number in range(MODELS + 100):
        metrics.call(event(f"model-{number}"), 0.001)
    metrics.call(event("secret-name", key=""), 0.001)
    page = metrics.page().decode()

    assert page.count("yanmen_calls_total{") == MODELS + 2
    assert 'model="other"' in page
    assert "secret-name" not in page


def test_times_are_put_into_buckets() -> None:
    """Each counts what took no longer than its end; both edges belong to the lower one."""
    metrics = Metrics()
    for milliseconds in (5.0, 5.1, 120_000.0, 120_001.0):
        metrics.call(event(ms=milliseconds, ttft_ms=0), 0.0001)
    page = metrics.page().decode()

    assert 'yanmen_call_seconds_bucket{le="0.005",surface="chat"} 1.0' in page
    assert 'yanmen_call_seconds_bucket{le="0.01",surface="chat"} 2.0' in page
    assert 'yanmen_call_seconds_bucket{le="120.0",surface="chat"} 3.0' in page
    assert 'yanmen_call_seconds_bucket{le="+Inf",surface="chat"} 4.0' in page
    assert 'yanmen_call_seconds_count{surface="chat"} 4.0' in page
    assert 'yanmen_call_seconds_sum{surface="chat"} 240.0111' in page
    assert 'yanmen_first_byte_seconds_count{surface="chat"} 0.0' in page
    assert 'yanmen_door_seconds_bucket{le="0.0001"} 4.0' in page
