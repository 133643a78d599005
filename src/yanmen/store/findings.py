"""Findings as they stand in events, to be listed."""

from __future__ import annotations

from typing import Any

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, bounded, word
from yanmen.store.database import Readers
from yanmen.store.records import Sighting

MOST_OF_ONE_EVENT = 100
"""Findings of one event that are listed; the event itself has them all."""
_INSERT = (
    "INSERT INTO findings (seq, number, event, at, rule, severity, subject, evidence, fingerprint, verdict)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def found(seq: int, event: Event) -> list[Change]:
    """The changes by any event with ``findings``, a list as ``core.nouns.finding_data`` makes them."""
    findings = event.data.get("findings")
    if not isinstance(findings, list):
        return []
    return [_insert(seq, number, event, data) for number, data in enumerate(findings[:MOST_OF_ONE_EVENT])]


def _insert(seq: int, number: int, event: Event, data: dict[str, Any]) -> Change:
    values = (
        *(seq, number, event.id, bounded(event.at), word(data, "rule"), bounded(data.get("severity"))),
        *(word(data, "subject", 500), word(data, "evidence", 1_000), word(data, "fingerprint")),
        word(event.data, "verdict"),
    )
    return _INSERT, values


class Findings:
    """Reads findings."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def recent(self, limit: int = 100, rule: str | None = None) -> list[Sighting]:
        """Newest first, at most ``limit``; of one rule only, where it is given."""
        columns = ", ".join(Sighting.__struct_fields__)
        where = "rule = ?" if rule is not None else "TRUE"
        question = f"SELECT {columns} FROM findings WHERE {where} ORDER BY seq DESC, number LIMIT ?"  # noqa: S608  # own
        rows = self._readers.all(question, *([rule] if rule is not None else []), limit)
        return [Sighting(**dict(zip(Sighting.__struct_fields__, row, strict=True))) for row in rows]
