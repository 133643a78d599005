"""Answers of which nothing is known but that they are JSON."""

from __future__ import annotations

import base64

import msgspec

from yanmen.llm.wire.anything import Anything
from yanmen.llm.wire.codec import Said
from yanmen.llm.wire.generic import is_medium, unread

CODEC = Anything()
SAID = Said(call="call_1", at=1, model="m", message="no")


def test_every_string_and_every_unknown_key_is_a_text() -> None:
    """Wherever it stands."""
    whole = CODEC.whole({"unheard of": [{"text": "a"}, "b"], "type": "message"})

    assert {text.text for text in whole.texts} == {"unheard of", "a", "b"}
    assert not whole.unexamined


def test_a_medium_is_no_text_and_that_is_said() -> None:
    """Short base64 is read: it might be anything."""
    medium = base64.b64encode(bytes(range(256)) * 2).decode()
    whole = CODEC.whole({"data": [{"b64_json": medium}, {"b64_json": "aGk="}]})

    assert [text.text for text in whole.texts] == ["aGk="]
    assert [one.where.part for one in whole.unexamined] == ["/data/0/b64_json"]
    assert is_medium(f"data:image/png;base64,{medium}")
    assert not is_medium(medium + " and words")


def test_in_a_stream_every_string_goes_on() -> None:
    """Where the last event's at the same place ended; all events keep their order."""
    seen = CODEC.event({"said": "he", "at": {"other": "x"}}, "")

    assert {(piece.part, piece.text) for piece in seen.growing} == {("/said", "he"), ("/at/other", "x")}
    assert seen.groups


def test_usage_is_read_by_either_name() -> None:
    """And what was cached."""
    details = {"input_tokens": 3, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 2}}

    assert CODEC.usage({"usage": details}) == (3, 4, 2)
    assert CODEC.usage({"usage": {"prompt_tokens": 3}}) == (3, 0, None)
    assert CODEC.usage({"usage": None}) is CODEC.usage({}) is None


def test_a_stopped_stream_ends_with_an_error_that_clients_raise() -> None:
    """There is no other way to say it here."""
    end = CODEC.ending().closing(SAID, "sorry")
    tree = msgspec.json.decode(end.removeprefix(b"data: "))

    assert tree["error"]["message"] == "sorry"
    assert tree["error"]["code"] == "content_policy_violation"
    assert CODEC.withheld(SAID, "sorry")["error"]["message"] == "sorry"
    assert unread(b"x", "/p").subject == unread("x", "/p").subject
