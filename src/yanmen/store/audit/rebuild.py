"""Rebuilds the projections, and what the vault should hold, from the events alone, and compares them with what is stored."""

from __future__ import annotations

import sqlite3
from itertools import zip_longest
from typing import Any

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Event
from yanmen.store import projections, schema
from yanmen.store.audit.report import Findings
from yanmen.store.audit.walk import Form, same
from yanmen.store.changes import Change, apply
from yanmen.store.database import Database
from yanmen.store.log import MISTAKES

_BATCH = 1_000
_MEANWHILE = 60 * SECOND
"""A text is kept a moment before its event is written; an erasure in between explains that it is not there."""
_EXPECTED = """
CREATE TABLE expected (
  event TEXT NOT NULL, name TEXT NOT NULL, tenant TEXT NOT NULL, commitment TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (event, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX expected_by_tenant ON expected (tenant);
"""
_EXPECT = "INSERT OR REPLACE INTO expected VALUES (?, ?, ?, ?, ?)"


class Rebuild:
    """A second database, temporary, that holds what should follow from the events."""

    def __init__(self, found: Findings, form: Form = same) -> None:
        """Empty; on disk rather than in memory, for logs that are large. ``form``: how the other engine holds a value."""
        self._form = form
        self._found = found
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("PRAGMA synchronous = OFF")
        schema.migrate(self.db)
        self.db.executescript(_EXPECTED)
        self.db.execute("BEGIN")
        self._changes: list[Change] = []
        self._erased: dict[str, int] = {}

    def take(self, seq: int, event: Event) -> None:
        """The next event."""
        try:
            self._changes += projections.changes(seq, event)
            self._changes += self._content(seq, event)
        except MISTAKES:
            self._found.altered("altered", seq)
        if len(self._changes) >= _BATCH:
            self._apply()

    def compare(self, stored: Database) -> None:
        """Name the first difference of each table."""
        self._apply()
        for table in projections.TABLES:
            if difference := first_difference(self.db, stored, table):
                self._found.altered("projection", table=table, row=difference)

    def close(self) -> None:
        """Throw it away."""
        self.db.close()

    def _apply(self) -> None:
        try:
            apply(self.db, [(text, tuple(map(self._form, values))) for text, values in self._changes])
        except sqlite3.Error as error:
            self._found.altered("projection", table="", row=str(error))
        self._changes = []

    def _content(self, seq: int, event: Event) -> list[Change]:
        data = event.data
        if event.kind == "content.erased":
            return self._erasures(event)
        kept = data.get("content")
        if not isinstance(kept, dict):
            return []
        tenant = str(data.get("tenant", ""))
        if event.at - self._erased.get(tenant, -_MEANWHILE) < _MEANWHILE:
            return []
        return [
            (_EXPECT, (event.id, str(name), tenant, str(commitment), seq))
            for name, commitment in kept.items()
            if commitment
        ]

    def _erasures(self, event: Event) -> list[Change]:
        data = event.data
        made: list[Change] = []
        if "tenant" in data:
            self._erased[str(data["tenant"])] = event.at
            made.append(("DELETE FROM expected WHERE tenant = ?", (str(data["tenant"]),)))
        if "event" in data:
            made.append(("DELETE FROM expected WHERE event = ?", (str(data["event"]),)))
        for each, name in data.get("contents", []):
            made.append(("DELETE FROM expected WHERE event = ? AND name = ?", (str(each), str(name))))
        return made


def first_difference(true: Database, stored: Database, table: str) -> str:
    """The key of the first row that is not the same in both; empty where all are."""
    columns = [row[1] for row in true.execute(f"PRAGMA table_info({table})")]
    keys = [row[1] for row in true.execute(f"PRAGMA table_info({table})") if row[5]]
    question = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(keys)}"  # noqa: S608  # own words only
    for ours, theirs in zip_longest(true.execute(question), stored.execute(question)):
        if ours != theirs:
            return _key(
                columns,
                keys,
                ours if theirs is None or (ours and _before(columns, keys, ours, theirs)) else theirs,
            )
    return ""


def _before(columns: list[str], keys: list[str], one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    places = [columns.index(key) for key in keys]
    try:
        return [one[place] for place in places] <= [other[place] for place in places]
    except TypeError:
        return True


def _key(columns: list[str], keys: list[str], row: tuple[Any, ...]) -> str:
    return ", ".join(f"{key}={row[columns.index(key)]}" for key in keys)
