"""What readers of requests share."""

from __future__ import annotations

import pytest

from yanmen.llm.wire import requests
from yanmen.llm.wire.requests import Names, Walk
from yanmen.llm.wire.strict import Malformed

NAMES = Names(["model", "items"], ["type"], ["text"])


def test_every_string_is_said_by_somebody() -> None:
    """Keys are nobody's word; words of the surface say nothing."""
    walk = Walk(NAMES)
    walk.members(
        {"model": "m", "type": "text", "odd": [r'{"a":"\u0041"}']}, "", ("user", "user"), {"model": None}
    )

    assert [(text.text, text.part, text.role) for text in walk.texts] == [
        ("odd", "/odd#", "field"),
        ('{"a":"A"}', "/odd/0", "user"),
    ]
    assert walk.viewed == {"/odd/0"}


def test_payloads_and_seals_are_passed_over_only_while_they_look_like_it() -> None:
    """A credential is no seal: it is too short, or has dashes."""
    walk = Walk(NAMES)
    walk.payload("aGVsbG8=", "/p")
    walk.payload("not base64!", "/q")
    walk.sealed("A" * 64, "/s")
    walk.sealed("AKIAIOSFODNN7EXAMPLE", "/t")
    walk.sealed("sk-proj-" + "A" * 56, "/u")
    unexamined = walk.media("aGVsbG8=", "/p", "image")

    assert [text.part for text in walk.texts] == ["/q", "/t", "/u"]
    assert (unexamined.reason, unexamined.where.part) == ("unsupported", "/p")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"[]", "wrong-shape"),
        (b"{", "not-json"),
        (b'{"Model": "m"}', "case-variant"),
        (b'{"a": 1, "A": 2}', "case-variant"),
        (b'{"model": 1, "model": 2}', "duplicate-key"),
    ],
)
def test_what_parsers_read_differently_is_refused(body: bytes, word: str) -> None:
    """Before anything is read of it."""
    with pytest.raises(Malformed) as refused:
        requests.body(body, NAMES, depth=8, values=100)
    assert refused.value.word == word


def test_fields_have_types() -> None:
    """Null is nothing; anything else of another type is refused."""
    assert requests.typed({"a": None}, "a", str, "d") == "d"
    assert requests.required({"a": "x"}, "a") == "x"
    assert requests.listed({"a": [1]}, "a") == [1]
    for make in (
        lambda: requests.typed({"a": True}, "a", int, 0),
        lambda: requests.required({}, "a"),
        lambda: requests.listed({"a": []}, "a"),
        lambda: list(requests.each([3], "/a")),
    ):
        with pytest.raises(Malformed, match="wrong-shape"):
            make()
