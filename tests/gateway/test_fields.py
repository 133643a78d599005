"""Fields that policy strips or refuses."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.gateway.errors import Refusal
from yanmen.gateway.fields import dropped, without
from yanmen.policy import Policy


def test_what_is_refused_is_told_and_what_is_allowed_passes() -> None:
    """By the built-in policy."""
    policy = Policy.load()

    assert dropped({"model": "m", "priority": 1}, policy, ()) == ["priority"]
    assert dropped({"model": "m", "guided_json": {}}, policy, ("guided_json",)) == []
    with pytest.raises(Refusal, match="field_not_allowed"):
        dropped({"chat_template": "x"}, policy, ())


def test_a_field_is_taken_out_whole_or_by_its_key() -> None:
    """The tree given is left as it is."""
    tree: dict[str, Any] = {"a": {"b": 1, "c": 2}, "a.c": 3, "d": 4}

    assert without(tree, "d") == {"a": {"b": 1, "c": 2}, "a.c": 3}
    assert without(tree, "a.b") == {"a": {"c": 2}, "a.c": 3, "d": 4}
    assert without(tree, "a.c") == {"a": {"b": 1, "c": 2}, "d": 4}
    assert without(tree, "x.y") is tree
