"""Fields that policy strips or refuses."""

from __future__ import annotations

from typing import Any

from yanmen.gateway.fields import taken_up, without
from yanmen.policy import Policy


def test_what_is_refused_and_what_is_stripped_is_told_apart() -> None:
    """By the built-in policy; what is allowed is neither."""
    policy = Policy.load()

    assert taken_up({"model": "m", "priority": 1, "chat_template": "x"}, policy, ()) == (
        ["priority"],
        ["chat_template"],
    )
    assert taken_up({"model": "m", "guided_json": {}}, policy, ("guided_json",)) == ([], [])


def test_a_field_is_taken_out_whole_or_by_its_key() -> None:
    """The tree given is left as it is."""
    tree: dict[str, Any] = {"a": {"b": 1, "c": 2}, "a.c": 3, "d": 4}

    assert without(tree, "d") == {"a": {"b": 1, "c": 2}, "a.c": 3}
    assert without(tree, "a.b") == {"a": {"c": 2}, "a.c": 3, "d": 4}
    assert without(tree, "a.c") == {"a": {"b": 1, "c": 2}, "d": 4}
    assert without(tree, "x.y") is tree
