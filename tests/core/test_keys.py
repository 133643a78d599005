"""Yanmen's own API keys."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.keys import PATTERN, is_key, key_hash, new_key

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_a_new_key_is_known_at_sight() -> None:
    """It has the shape and the checksum."""
    key = new_key()

    assert re.fullmatch(PATTERN, key)
    assert is_key(key)


def test_keys_that_were_given_out_stay_keys() -> None:
    """One made by the first release."""
    assert is_key("ym_Yanmen0123456789abcdefghijklmnop08y4kT")


def test_no_two_keys_are_alike() -> None:
    """A thousand of them."""
    assert len({new_key() for _ in range(1_000)}) == 1_000


@given(place=st.integers(min_value=3, max_value=40), letter=st.sampled_from(ALPHABET))
def test_a_key_with_one_character_changed_is_no_key(place: int, letter: str) -> None:
    """A CRC-32 finds every change of one character; the checksum has one spelling."""
    key = new_key()
    changed = key[:place] + letter + key[place + 1 :]

    assert is_key(changed) == (changed == key)


@given(st.text(max_size=60))
def test_chance_text_is_no_key(text: str) -> None:
    """And nothing raises, whatever the text."""
    assert not is_key(text)
    assert not is_key("ym_" + text)


@pytest.mark.parametrize("text", ["", "ym_", "ym_" + "0" * 37, "ym_" + "é" * 38, "YM_" + "0" * 38])
def test_what_has_not_the_shape_is_no_key(text: str) -> None:
    """Too short, not of the alphabet, or of another prefix."""
    assert not is_key(text)


def test_a_key_with_anything_after_it_is_no_key() -> None:
    """A newline included, which a lazy pattern would let pass."""
    assert not is_key(new_key() + "\n")


def test_only_a_hash_of_a_key_is_kept() -> None:
    """SHA-256, in hex."""
    assert key_hash("ym_x") == hashlib.sha256(b"ym_x").hexdigest()


def test_text_that_is_no_utf8_still_has_a_hash() -> None:
    """A header may hold anything; a lone surrogate must not raise."""
    assert len(key_hash("ym_\ud800")) == 64
