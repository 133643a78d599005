"""Incidents: the projection that analysts read."""

from __future__ import annotations

import msgspec

from yanmen.core.nouns import Event, Incident
from yanmen.store.changes import Change, bounded, encode, touch
from yanmen.store.database import Readers

_PUT = (
    "INSERT INTO incidents (id, seq, opened, status, cause, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
    " SET seq = excluded.seq, opened = excluded.opened, status = excluded.status, cause = excluded.cause,"
    " body = excluded.body"
)
_decode = msgspec.json.Decoder(Incident).decode


def changed(seq: int, event: Event) -> list[Change]:
    """The changes by ``incident.opened`` and ``incident.changed``: ``{"incident": the whole Incident}``."""
    incident = msgspec.convert(event.data["incident"], Incident)
    values = (incident.id, seq, bounded(incident.opened), incident.status, incident.cause, encode(incident))
    return [(_PUT, values), touch("incidents", seq)]


class Incidents:
    """Reads incidents."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, incident: str) -> Incident | None:
        """The incident with this id, as it stands."""
        return self._one("SELECT body FROM incidents WHERE id = ?", incident)

    def by_cause(self, cause: str) -> Incident | None:
        """The incident with this cause that is not closed."""
        return self._one(
            "SELECT body FROM incidents WHERE cause = ? AND status <> 'closed' ORDER BY seq", cause
        )

    def count(self, status: str) -> int:
        """How many have this status."""
        row = self._readers.one("SELECT COUNT(*) FROM incidents WHERE status = ?", status)
        return int(row[0]) if row else 0

    def list(self, status: str | None = None, limit: int = 100, before: str | None = None) -> list[Incident]:
        """Last opened first, at most ``limit``; of one status, and opened before another, where these are given."""
        question = (
            "SELECT body FROM incidents WHERE (status = ?1 OR ?1 IS NULL) AND ((opened, id) <"
            " (SELECT opened, id FROM incidents WHERE id = ?3) OR ?3 IS NULL) ORDER BY opened DESC, id DESC LIMIT ?2"
        )
        return [_decode(body) for (body,) in self._readers.all(question, status, limit, before)]

    def _one(self, question: str, value: str) -> Incident | None:
        row = self._readers.one(question, value)
        return _decode(row[0]) if row else None
