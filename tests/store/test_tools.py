"""Tools of MCP servers: trusted as first seen, changed until somebody approves."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yanmen.core.nouns import Event, Ref
from yanmen.store import Store, Tool

Make = Callable[..., Event]


def put(store: Store, made: Event) -> None:
    """Write an event and wait for it."""
    store.append(made).result(30)


def known(store: Store, name: str = "add") -> Tool:
    """A tool that is there."""
    found = store.tools.get("calc", name)
    assert found is not None
    return found


def test_the_first_description_is_the_one_a_tool_is_trusted_by(store: Store, event: Make) -> None:
    """Until a person approves another; one that returns to it is trusted again."""
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a1", "sub": "b1"}))
    assert known(store).trusted
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a2"}))
    changed = known(store)

    assert (changed.digest, changed.latest, changed.trusted, changed.approved) == ("a1", "a2", False, "")
    assert changed.changed >= changed.first
    assert known(store, "sub").trusted
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a1"}))
    assert known(store).trusted


def test_what_is_approved_is_the_description_that_the_person_has_seen(store: Store, event: Make) -> None:
    """Not one that came meanwhile."""
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a1"}))
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a3"}))
    approve = event("mcp.tool-approved", server="calc", tool="add", digest="a2")
    put(store, approve)
    assert not known(store).trusted

    approve = event("mcp.tool-approved", server="calc", tool="add", digest="a3")
    put(store, msgspec.structs.replace(approve, actor=Ref(kind="user", id="ann")))
    assert (known(store).trusted, known(store).approved) == (True, "user:ann")


def test_a_tool_that_is_forgotten_is_new_again(store: Store, event: Make) -> None:
    """And tools of other servers stay."""
    put(store, event("mcp.tools-seen", server="calc", tools={"add": "a1"}))
    put(store, event("mcp.tools-seen", server="files", tools={"add": "c1"}))
    before = store.touched("tools")
    put(store, event("mcp.tool-forgotten", server="calc", tool="add"))

    assert store.tools.get("calc", "add") is None
    assert [(tool.server, tool.name) for tool in store.tools.list()] == [("files", "add")]
    assert store.touched("tools") > before
