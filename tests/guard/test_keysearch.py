"""Keys in bytes."""

from __future__ import annotations

import pytest

from yanmen.core.keys import key_hash, new_key
from yanmen.guard import keysearch
from yanmen.guard.keysearch import Keysearch

SEARCH = Keysearch()
PROVIDER = b"gsk_" + b"aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY" + b"zA1bC2dE3fG4hJ5kL6mN"
"""The shape of one provider's key, made up."""


def found(data: bytes) -> list[tuple[str, int]]:
    """Rules and lines."""
    return [(one.finding.rule.id, one.line) for one in SEARCH.search(data, "a")]


def test_our_own_key_is_proven_by_its_checksum() -> None:
    """One letter changed is no key of ours."""
    key = new_key()
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")

    (hit,) = SEARCH.search(f"one\n\nkey={key};{wrong}\n".encode(), "a")

    assert (hit.finding.rule.id, hit.line, hit.own) == ("key.leaked", 3, key)
    assert hit.finding.subject.id == key_hash(key)
    assert key not in repr(hit.finding)


def test_providers_keys_are_found_among_bytes_of_any_kind() -> None:
    """In a binary file as in a text, many on one line."""
    data = b"\x00\xff\xfe" * 50 + b"\n" + PROVIDER + b" " + PROVIDER + b"\x00\n\x80" + new_key().encode()

    assert found(data) == [("secret.groq-key", 2), ("secret.groq-key", 2), ("key.leaked", 3)]


def test_placeholders_are_no_keys() -> None:
    """As documentation writes them."""
    assert found(b"sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxx AKIAIOSFODNN7EXAMPLE gsk_" + b"a" * 52) == []


def test_what_begins_alike_does_not_hide_what_stands_behind_it() -> None:
    """The search goes on one byte further."""
    assert found(b"gsk_" + b"a" * 52 + b" " + PROVIDER) == [("secret.groq-key", 1)]


def test_a_file_full_of_keys_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fills a file with them fills no disk."""
    monkeypatch.setattr(keysearch, "MOST", 5)

    assert len(found((PROVIDER + b"\n") * 20)) == 5
