"""W3C trace context: a caller's trace goes on."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.gateway import context

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{PARENT}-01".encode()
FORM = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]")


def test_a_callers_trace_goes_on_with_a_span_of_our_own() -> None:
    """The trace's id stays; the model is told our span."""
    trace = context.of([(b"accept", b"*/*"), (context.NAME, GOOD)])

    assert (trace.id, trace.parent, trace.sampled) == (TRACE, PARENT, True)
    assert trace.span not in {PARENT, context.of([(context.NAME, GOOD)]).span}
    assert trace.header == f"00-{TRACE}-{trace.span}-01".encode()


def test_who_does_not_keep_the_trace_is_heard() -> None:
    """The flag goes on; flags that nobody knows yet do not."""
    assert context.of([(context.NAME, GOOD[:-2] + b"00")]).header.endswith(b"-00")
    assert context.of([(context.NAME, GOOD[:-2] + b"ff")]).header.endswith(b"-01")


def test_a_version_to_come_is_read_as_far_as_it_is_known() -> None:
    """As the recommendation asks."""
    assert context.of([(context.NAME, b"cc" + GOOD[2:] + b"-what-the-future-brings")]).id == TRACE


@pytest.mark.parametrize(
    "values",
    [
        [],
        [GOOD, GOOD],
        [b""],
        [GOOD.upper()],
        [GOOD + b"-more"],
        [b"ff" + GOOD[2:]],
        [b"00-" + b"0" * 32 + GOOD[35:]],
        [GOOD[:36] + b"0" * 16 + b"-01"],
        [GOOD[:-1]],
        [GOOD + b"\n"],
        [b" " + GOOD],
        [b"cc" + GOOD[2:] + b"-" + b"x" * 600],
    ],
)
def test_what_is_malformed_is_as_if_not_sent(values: list[bytes]) -> None:
    """A new trace, of which our span is the first."""
    trace = context.of([(context.NAME, value) for value in values])

    assert trace.id != TRACE
    assert trace.parent == ""
    assert FORM.fullmatch(trace.header)


@given(
    st.binary(max_size=80)
    | st.from_regex(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.?", fullmatch=True)
)
def test_whatever_is_sent_the_model_is_told_something_good(value: bytes) -> None:
    """Nothing of the client's bytes is copied but hex digits."""
    assert FORM.fullmatch(context.of([(context.NAME, value)]).header)
