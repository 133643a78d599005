"""Leaving: clients that no table names."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.leaving import asks, far, in_body, kept_safe, leaves
from yanmen.supply.packages.reading.values import Value

SECRET = frozenset({"secret:ssh keys"})


@pytest.mark.parametrize(
    ("name", "of", "given", "address"),
    [
        ("publish", frozenset(), SECRET, ""),
        ("insert_one", frozenset({"far:m.b.invalid"}), frozenset({"env"}), "https://m.b.invalid"),
        ("set", frozenset({"far:m.b.invalid"}), SECRET, "https://m.b.invalid"),
        ("set", frozenset(), SECRET, None),
        ("publish", frozenset({"far:m.b.invalid"}), frozenset({"file"}), None),
        ("sendable", frozenset(), SECRET, None),
    ],
)
def test_secrets_leave_by_the_method(
    name: str, of: frozenset[str], given: frozenset[str], address: str | None
) -> None:
    """By its name; what only keeps something, when it was made with an address; nothing else than secrets."""
    assert leaves(name, of, given) == address


def test_what_is_made_with_an_address_is_far() -> None:
    """In an argument, a keyword or a table; not the machine itself, nor an address that is not known."""
    assert far([Value("mqtt://m.b.invalid")], {}) == {"far:m.b.invalid"}
    assert far([], {"host": Value("m.b.invalid")}) == {"far:m.b.invalid"}
    assert far([Value(fields={"baseURL": Value("https://m.b.invalid/x")})], {}) == {"far:m.b.invalid"}
    assert far([Value("https://localhost.test:1")], {"host": Value("127.0.0.1")}) == frozenset()
    assert far([Value("text")], {"name": Value("m.b.invalid")}) == frozenset()


def test_a_table_with_an_address_is_a_request() -> None:
    """And with a body it sends; a table that is only kept is none."""
    table = Value(fields={"uri": Value("https://m.b.invalid/x"), "body": Value("x")})

    assert asks("request", [table]) == ("https://m.b.invalid/x", True)
    assert asks("push", [table]) is None
    assert asks("request", [Value(fields={"uri": Value("/x")})]) is None


def test_credentials_belong_in_headers() -> None:
    """What proves who asks is not what is said."""
    key = Value(tags=SECRET)

    assert in_body([Value(fields={"headers": key, "method": Value("POST")})]) == frozenset()
    assert in_body([Value(fields={"body": key})]) == {"in body"}


def test_platforms_hand_over_what_they_keep() -> None:
    """By the names of their methods."""
    assert kept_safe("getCredentials") == {"given:secret"}
    assert kept_safe("getCredentialsPage") == frozenset()
