"""The protocol's own words."""

from __future__ import annotations

from yanmen.llm.wire.names import KEYS, MESSAGE_FIELDS, REQUEST_FIELDS, VALUES


def test_every_field_is_a_known_key() -> None:
    """Fields of requests and messages need no judging by name."""
    assert KEYS > REQUEST_FIELDS
    assert KEYS > MESSAGE_FIELDS


def test_words_say_nothing_by_themselves() -> None:
    """Single lower-case words: no sentence can hide among them."""
    assert all(word.isascii() and word == word.lower() and len(word) < 24 for word in VALUES)
    assert not any(character in word for word in KEYS | VALUES for character in " /~#")
