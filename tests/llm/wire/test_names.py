"""The protocol's own words."""

from __future__ import annotations

from yanmen.llm.wire import chat
from yanmen.llm.wire.names import KEYS, MESSAGE_FIELDS, REQUEST_FIELDS, VALUES


def test_every_field_is_a_known_key() -> None:
    """Fields of requests and messages need no judging by name."""
    assert KEYS > REQUEST_FIELDS
    assert KEYS > MESSAGE_FIELDS


def test_words_say_nothing_by_themselves() -> None:
    """Single lower-case words: no sentence can hide among them."""
    assert all(word.isascii() and word == word.lower() and len(word) < 24 for word in VALUES)
    assert not any(character in word for word in KEYS | VALUES for character in " /~#")


def test_no_two_keys_differ_in_case_only() -> None:
    """So an object that has no others needs no look for variants, and each speaker is a word."""
    assert len({key.casefold() for key in KEYS}) == len(KEYS)
    assert all(speaker in VALUES for speaker in chat._SPEAKERS)
