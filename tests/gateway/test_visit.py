"""The small steps of one call; the whole of it is in test_door.py and test_shell.py."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.gateway.commands import Call
from yanmen.gateway.errors import Refusal
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.visit import _is_json, _without, fault


@pytest.mark.parametrize(
    "kind", [b"application/json", b"Application/JSON; charset=UTF-8", b'application/json;charset="utf-8"']
)
def test_json_is_taken_however_it_is_spelt(kind: bytes) -> None:
    """In UTF-8."""
    _is_json(Call("c", 1, "POST", "/", [(b"content-type", kind), (b"content-encoding", b"identity")], ""))


def test_two_content_types_are_none() -> None:
    """Who knows which one the model believes."""
    kind = (b"content-type", b"application/json")
    with pytest.raises(Refusal, match="unsupported"):
        _is_json(Call("c", 1, "POST", "/", [kind, kind], ""))


def test_a_field_is_taken_out_whole_or_by_its_key() -> None:
    """The tree given is left as it is."""
    tree: dict[str, Any] = {"a": {"b": 1, "c": 2}, "a.c": 3, "d": 4}

    assert _without(tree, "d") == {"a": {"b": 1, "c": 2}, "a.c": 3}
    assert _without(tree, "a.b") == {"a": {"c": 2}, "a.c": 3, "d": 4}
    assert _without(tree, "a.c") == {"a": {"b": 1, "c": 2}, "d": 4}
    assert _without(tree, "x.y") is tree


def test_upstream_errors_have_their_own_codes() -> None:
    """And keep their detail for the record."""
    refusal = fault(UpstreamError("too-large", "why"))

    assert (refusal.code, refusal.status, refusal.detail) == ("upstream_too_large", 502, "why")
