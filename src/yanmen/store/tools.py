"""Tools that MCP servers offer: the projection of how each was described when it was first seen, and of how it is now."""

from __future__ import annotations

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, bounded, touch, word
from yanmen.store.database import Readers
from yanmen.store.records import Tool

_SEEN = (
    "INSERT INTO tools (server, tool, seq, digest, latest, first, changed, approved) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (server, tool) DO UPDATE SET seq = excluded.seq, latest = excluded.latest, changed = excluded.changed"
)
_APPROVED = (
    "UPDATE tools SET seq = ?, digest = latest, approved = ? WHERE server = ? AND tool = ? AND latest = ?"
)
_FORGET = "DELETE FROM tools WHERE server = ? AND tool = ?"
_LIST = "SELECT server, tool, digest, latest, first, changed, approved FROM tools ORDER BY server, tool"
_GET = (
    "SELECT server, tool, digest, latest, first, changed, approved FROM tools WHERE server = ? AND tool = ?"
)


def seen(seq: int, event: Event) -> list[Change]:
    """The changes by ``mcp.tools-seen``: ``{"server": name, "tools": {tool: digest}}``, those that are new or changed.

    The first description of a tool is the one it is trusted by.
    """
    server, at = str(event.data["server"]), bounded(event.at)
    made: list[Change] = [
        (_SEEN, (server, str(tool), seq, str(digest), str(digest), at, at, ""))
        for tool, digest in sorted(event.data["tools"].items())
    ]
    return [*made, touch("tools", seq)]


def approved(seq: int, event: Event) -> list[Change]:
    """The changes by ``mcp.tool-approved``: ``{"server", "tool", "digest"}``; nothing where it is described otherwise by now."""
    data = event.data
    who = str(event.actor) if event.actor is not None else "?"
    values = (seq, who, str(data["server"]), str(data["tool"]), word(data, "digest"))
    return [(_APPROVED, values), touch("tools", seq)]


def forgotten(seq: int, event: Event) -> list[Change]:
    """The changes by ``mcp.tool-forgotten``: ``{"server", "tool"}``; it is new when it is next seen."""
    return [(_FORGET, (str(event.data["server"]), str(event.data["tool"]))), touch("tools", seq)]


class Tools:
    """``store.tools``."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, server: str, tool: str) -> Tool | None:
        """One tool of a server."""
        row = self._readers.one(_GET, server, tool)
        return _tool(row) if row else None

    def list(self) -> list[Tool]:
        """All, by server and name."""
        return [_tool(row) for row in self._readers.all(_LIST)]


def _tool(row: tuple[str, str, str, str, int, int, str]) -> Tool:
    server, name, digest, latest, first, changed, by = row
    return Tool(
        server=server, name=name, digest=digest, latest=latest, first=first, changed=changed, approved=by
    )
