"""Campaigns of attacks: the projection of what the watch says of them."""

from __future__ import annotations

import msgspec

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, bounded, encode, touch
from yanmen.store.database import Readers
from yanmen.store.records import Campaign

_PUT = (
    "INSERT INTO campaigns (id, seq, last, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
    " SET seq = excluded.seq, last = excluded.last, body = excluded.body"
)
_decode = msgspec.json.Decoder(Campaign).decode


def changed(seq: int, event: Event) -> list[Change]:
    """The changes by ``campaign.changed``: ``{"campaign": the whole Campaign}``."""
    found = msgspec.convert(event.data["campaign"], Campaign)
    return [(_PUT, (found.id, seq, bounded(found.last), encode(found))), touch("campaigns", seq)]


class Campaigns:
    """``store.campaigns``."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, campaign: str) -> Campaign | None:
        """The campaign with this id."""
        row = self._readers.one("SELECT body FROM campaigns WHERE id = ?", campaign)
        return _decode(row[0]) if row else None

    def list(self, limit: int = 100, before: str | None = None) -> list[Campaign]:
        """Last seen first, at most ``limit``; seen before another, where one is given."""
        question = (
            "SELECT body FROM campaigns WHERE ((last, id) < (SELECT last, id FROM campaigns WHERE id = ?1) OR ?1 IS NULL)"
            " ORDER BY last DESC, id DESC LIMIT ?2"
        )
        return [_decode(body) for (body,) in self._readers.all(question, before, limit)]
