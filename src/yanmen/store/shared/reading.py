"""A connection for audits: one state of the log however long it takes, and nothing that could be changed."""

from __future__ import annotations

from collections.abc import Sequence

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.address import shown
from yanmen.store.shared import schema
from yanmen.store.shared.connection import Connection, Rows
from yanmen.store.shared.loop import Loop

SECONDS = 600.0
"""Patience with one statement of an audit."""


class Reading(Connection):
    """Its own loop, closed with it."""

    def __init__(self, address: str) -> None:
        """Connect; YanmenError where there is no store."""
        self._own = Loop(address, SECONDS)
        try:
            super().__init__(self._own, paged=True, seconds=SECONDS)
            there = schema.version(self) >= 0
        except BaseException:
            self._own.close()
            raise
        if not there:
            self.close()
            where = shown(address)
            raise YanmenError(Phrase(en=f"there is no store at {where}", zh=f"{where} 上没有雁门的数据库"))

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Rows:
        """Run one statement; ``BEGIN`` begins one unchanging state of everything."""
        if statement == "BEGIN":
            return super().execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return super().execute(statement, values)

    def close(self) -> None:
        """Close it, and its loop."""
        super().close()
        self._own.close()


_STRUCTURE = """
SELECT 'column ' || c.relname || '.' || a.attname,
  format_type(a.atttypid, a.atttypmod) || a.attnotnull || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || a.attcollation
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = $1
UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(t.oid) || tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = to_regnamespace($1) AND NOT tgisinternal
UNION ALL SELECT 'check ' || conname, pg_get_constraintdef(k.oid)
  FROM pg_constraint k WHERE k.connamespace = to_regnamespace($1)
UNION ALL SELECT 'function ' || proname, prosrc FROM pg_proc WHERE pronamespace = to_regnamespace($1)
"""
_SCRATCH = "yanmen_as_it_should_be"


def differences(address: str) -> list[str]:
    """What of tables, indexes, guards and functions is not as this code makes it.

    Both are made by PostgreSQL: the migrations run in a schema of their own, inside a transaction that is rolled back.
    """
    loop = Loop(address, SECONDS)
    try:
        db = Connection(loop)
        (home,) = db.execute("SELECT current_schema()::text").fetchone()
        theirs = _structure(db, home)
        reached = schema.version(db)
        db.execute("BEGIN")
        db.script(f"CREATE SCHEMA {_SCRATCH}; SET LOCAL search_path TO {_SCRATCH}")
        for number, text in schema.migrations():
            if number <= reached:
                db.script(text)
        ours = _structure(db, _SCRATCH)
        db.execute("ROLLBACK")
        db.close()
    finally:
        loop.close()
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def _structure(db: Connection, home: str) -> dict[str, str]:
    rows = db.execute(_STRUCTURE, (home,)).fetchall()
    return {name: said.replace(f"{home}.", "") for name, said in rows}
