"""Actions: what was done in response to an incident, and whether it still stands."""

from __future__ import annotations

import msgspec

from yanmen.core.nouns import Action, Event
from yanmen.store.changes import Change, bounded, encode, touch
from yanmen.store.database import Readers

_PUT = (
    "INSERT INTO actions (id, seq, incident, undone, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
    " SET undone = excluded.undone, body = excluded.body"
)
_UNDO = "UPDATE actions SET undone = ? WHERE id = ? AND undone = 0"
_decode = msgspec.json.Decoder(Action).decode


def done(seq: int, event: Event) -> list[Change]:
    """The changes by ``action.done``: ``{"action": the whole Action}``."""
    action = msgspec.convert(event.data["action"], Action)
    values = (action.id, seq, action.incident, bounded(action.undone), encode(action))
    return [(_PUT, values), touch("incidents", seq)]


def undone(seq: int, event: Event) -> list[Change]:
    """The changes by ``action.undone``: ``{"action": id, "result": what the undoing answered}``."""
    return [(_UNDO, (bounded(event.at), str(event.data["action"]))), touch("incidents", seq)]


class Actions:
    """Reads actions."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, action: str) -> Action | None:
        """The action with this id."""
        row = self._readers.one("SELECT body, undone FROM actions WHERE id = ?", action)
        return _action(*row) if row else None

    def of(self, incident: str) -> list[Action]:
        """The actions of an incident, in the order they were done."""
        rows = self._readers.all(
            "SELECT body, undone FROM actions WHERE incident = ? ORDER BY seq, id", incident
        )
        return [_action(*row) for row in rows]


def _action(body: bytes, undone_at: int) -> Action:
    action = _decode(body)
    return action if action.undone == undone_at else msgspec.structs.replace(action, undone=undone_at)
