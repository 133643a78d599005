"""What a client reads whose request never reached the application."""

from __future__ import annotations

import json

import pytest

from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.refusals import MESSAGES, Refusal, body, response

ALL = [value for value in vars(refusals).values() if isinstance(value, Refusal)]


@pytest.mark.parametrize("refusal", ALL, ids=lambda refusal: refusal.code)
def test_a_refusal_is_a_whole_response_in_both_languages(refusal: Refusal) -> None:
    """Status line, length, JSON."""
    for tongue in ("en", "zh"):
        head, _, text = response(refusal, tongue).partition(b"\r\n\r\n")
        error = json.loads(text)["error"]

        assert head.startswith(b"HTTP/1.1 %d " % refusal.status)
        assert b"content-length: %d\r\n" % len(text) in head + b"\r\n"
        assert b"connection: close" in head
        assert error["code"] == refusal.code
        assert error["message"] == MESSAGES.say(refusal.code, tongue)


def test_every_message_is_used() -> None:
    """And no code lacks one."""
    assert MESSAGES.keys() == {refusal.code for refusal in ALL}


def test_the_type_tells_whose_fault_it_is() -> None:
    """In the words of OpenAI's API."""
    assert json.loads(body(refusals.TOO_LARGE))["error"]["type"] == "invalid_request_error"
    assert json.loads(body(refusals.TOO_MANY_CONNECTIONS))["error"]["type"] == "server_error"


def test_some_refusals_say_what_to_do() -> None:
    """When to come again; which methods there are."""
    assert b"\r\nretry-after: 1\r\n" in response(refusals.TOO_MANY_CONNECTIONS)
    assert b"\r\nallow: GET, " in response(refusals.BAD_METHOD)
