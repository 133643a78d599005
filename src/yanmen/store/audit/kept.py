"""Checks the vault: every text that should be there is, opens, and is what its record committed to."""

from __future__ import annotations

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.store.audit.report import Findings
from yanmen.store.content import Content, opened
from yanmen.store.database import Database
from yanmen.store.events import decode

_AT_ONCE = 100


def check(db: Database, expected: Database, vault: bytes | None, found: Findings) -> int:
    """Compare the vault with what is expected; answer how many texts were opened and found good."""
    good = orphans = unopened = 0
    rows = db.execute(
        "SELECT event, name, tenant, expires, commitment, sealed FROM contents ORDER BY event, name"
    )
    while batch := rows.fetchmany(_AT_ONCE):
        for row in map(Content._make, batch):
            committed = _committed(db, row)
            if committed is None:
                orphans += 1
            elif committed != (row.commitment, row.tenant):
                found.altered("content", event=row.event, name=row.name)
            elif vault is None:
                unopened += 1
            elif _opens(db, vault, row):
                good += 1
            else:
                found.altered("content", event=row.event, name=row.name)
    _missing(db, expected, found)
    if orphans:
        found.note("content-early", count=orphans)
    if unopened:
        found.unknown("content-unopened", count=unopened)
    return good


def _committed(db: Database, row: Content) -> tuple[str, str] | None:
    """The commitment and tenant that the record names; None where the record is not there (yet)."""
    record = db.execute("SELECT body FROM events WHERE id = ?", (row.event,)).fetchone()
    if record is None:
        return None
    try:
        data = decode(record[0]).event.data
    except (msgspec.MsgspecError, TypeError):  # the record itself was altered, and is named by the walk
        return "", ""
    names = data.get("content")
    return (str(names.get(row.name, "")) if isinstance(names, dict) else "", str(data.get("tenant", "")))


def _opens(db: Database, vault: bytes, row: Content) -> bool:
    try:
        opened(db, vault, row)
    except (YanmenError, TypeError):
        return False
    return True


def _missing(db: Database, expected: Database, found: Findings) -> None:
    question = "SELECT 1 FROM contents WHERE event = ? AND name = ?"
    for event, name, seq in expected.execute("SELECT event, name, seq FROM expected ORDER BY seq"):
        if db.execute(question, (event, name)).fetchone() is None:
            found.altered("content-missing", seq, event=event, name=name)
