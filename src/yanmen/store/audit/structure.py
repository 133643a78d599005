"""The database's own structure: that its tables, indexes and guards are those of this schema, and the file is sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store import schema
from yanmen.store.address import address_of
from yanmen.store.audit.report import Findings
from yanmen.store.database import Database, embedded


def check(db: Database, folder: Path, found: Findings) -> None:
    """Name what is not as it should be; YanmenError for a store of an older or newer Yanmen."""
    ours = embedded(db)
    reached = _embedded(cast("sqlite3.Connection", db), found) if ours else _shared(db, folder, found)
    if 0 < reached < schema.migrations()[-1][0] and not found.problems:
        raise YanmenError(
            Phrase(en="the store was written by an older Yanmen", zh="该数据库由较旧版本的雁门写入"),
            hint=Phrase(en="Start this one once; then verify.", zh="请先用当前版本启动一次，再校验。"),
        )


def _embedded(db: sqlite3.Connection, found: Findings) -> int:
    schema.refuse_foreign(db)
    for (line,) in db.execute("PRAGMA integrity_check(10)").fetchall():
        if line != "ok":
            found.altered("damaged", detail=line)
    question = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        schema.migrate(fresh, schema.version(db))
        ours, theirs = dict(fresh.execute(question)), dict(db.execute(question))
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name) and not name.startswith("table sqlite_"):
            found.altered("schema", name=name)
    return schema.version(db)


def _shared(db: Database, folder: Path, found: Findings) -> int:
    from yanmen.store.shared import reading  # noqa: PLC0415  # the driver, where it is wanted
    from yanmen.store.shared import schema as shared  # noqa: PLC0415  # the same

    reached = shared.version(cast("reading.Reading", db))
    shared.refuse_newer(reached)
    for name in reading.differences(address_of(folder)):
        found.altered("schema", name=name)
    (waiting,) = db.execute("SELECT count(*) FROM pending").fetchone()
    if waiting:
        found.note("pending", count=waiting)
    return reached
