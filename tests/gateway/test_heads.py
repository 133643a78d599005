"""Heads of calls and answers: what is taken, what goes on, what is looked at."""

from __future__ import annotations

import pytest

from yanmen.gateway import context, heads
from yanmen.gateway.commands import Call
from yanmen.gateway.errors import Refusal
from yanmen.gateway.heads import kind as kind_of
from yanmen.gateway.surfaces import OPENAI

JSON = ("application/json",)


@pytest.mark.parametrize(
    "kind", [b"application/json", b"Application/JSON; charset=UTF-8", b'application/json;charset="utf-8"']
)
def test_json_is_taken_however_it_is_spelt(kind: bytes) -> None:
    """In UTF-8."""
    call = Call("c", 1, "POST", "/", [(b"content-type", kind), (b"content-encoding", b"identity")], "")

    assert kind_of(call, JSON) == "application/json"


def test_two_content_types_are_none() -> None:
    """Who knows which one the model believes."""
    kind = (b"content-type", b"application/json")
    with pytest.raises(Refusal, match="unsupported"):
        kind_of(Call("c", 1, "POST", "/", [kind, kind], ""), JSON)


@pytest.mark.parametrize(
    "kind",
    [
        b"text/plain",
        b"application/json; charset=utf-16",
        b"application/json; x=y; charset=utf-7",
        b"application/json;\tcharset=utf-7",
        b"application/json; charset=utf-8; charset=utf-7",
        b"application/json; charset*=utf-7",
    ],
)
def test_another_kind_or_character_set_is_refused(kind: bytes) -> None:
    """Wherever it stands: the model's server might believe it."""
    with pytest.raises(Refusal, match="unsupported"):
        kind_of(Call("c", 1, "POST", "/", [(b"content-type", kind)], ""), JSON)


def test_what_the_body_is_is_ours_to_say() -> None:
    """No parameter of the caller's goes on, nor any header that is not on the list."""
    said = [
        (b"content-type", b"application/json; x=y"),
        (b"x-request-id", b"a"),
        (b"cookie", b"b"),
        (b"accept", b"*/*"),
    ]

    call = Call("c", 1, "POST", "/", said, "")

    assert heads.onward(call, OPENAI) == [(b"accept", b"*/*")]
    assert heads.ours(call, "application/json") == [
        (b"content-type", b"application/json"),
        (b"x-request-id", b"c"),
    ]


def test_long_values_are_looked_at_and_steady_ones_once() -> None:
    """Short ones hold nothing."""
    headers = [
        (b"accept", b"text/event-stream; q=1"),
        (b"retry-after", b"5"),
        (b"x-ratelimit-x", b"tomorrow in the morning"),
    ]
    texts = heads.texts(headers, set())

    assert [text.part for text in texts] == ["/headers/accept", "/headers/x-ratelimit-x"]
    assert heads.steady(texts) == ["text/event-stream; q=1"]
    assert heads.texts(headers[:2], {"text/event-stream; q=1"}) == []


def test_what_policy_would_cut_does_not_pass() -> None:
    """The whole header."""
    headers = [(b"a", b"1"), (b"b", b"2")]

    assert heads.without(headers, [{"part": "/headers/b", "start": 0, "end": 1, "with": ""}]) == [
        (b"a", b"1")
    ]


def test_the_model_is_told_our_span_in_the_place_of_the_callers() -> None:
    """Where calls are traced; the state of the callers' systems goes with a trace of theirs only."""
    parent = (b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    state = (b"tracestate", b"vendor=1")
    traced = Call("c", 1, "GET", "/", [parent, state], "", trace=context.of([parent, state]))
    strange = Call("c", 1, "GET", "/", [state], "", trace=context.of([state]))
    untraced = Call("c", 1, "GET", "/", [parent, state], "")

    assert heads.onward(traced, OPENAI) == [state]
    assert heads.ours(traced, "")[-1][1].startswith(parent[1][:36])
    assert heads.onward(strange, OPENAI) == []
    assert heads.onward(untraced, OPENAI) == [parent, state]
    assert [name for name, _ in heads.ours(untraced, "")] == [b"x-request-id"]
