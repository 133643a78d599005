"""The schema on PostgreSQL: the same numbered migrations, and the number reached, kept in ``installation``."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store import schema
from yanmen.store.shared.dialect import definitions

if TYPE_CHECKING:
    from yanmen.store.shared.connection import Connection

LOCK = 0x594D_0000
"""Advisory locks are numbered from here: schema, integrator; named locks follow from their names."""
_OWN = "0000_shared.postgresql.sql"
_REACHED = (
    "INSERT INTO installation VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def script(number: int, text: str) -> str:
    """A migration in PostgreSQL's words; number 0 is written in them."""
    return text if number == 0 else definitions(text)


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL for PostgreSQL), in order."""
    own = (resources.files("yanmen.store") / "migrations" / _OWN).read_text("utf-8")
    return [(0, script(0, own)), *((number, script(number, text)) for number, text in schema.migrations())]


def version(db: Connection) -> int:
    """The number of the last migration; -1 in a database that has none of it."""
    (there,) = db.execute("SELECT to_regclass('installation') IS NOT NULL").fetchone()
    if not there:
        return -1
    row = db.execute("SELECT value FROM installation WHERE name = 'schema'").fetchone()
    return int(row[0]) if row else -1


def migrate(db: Connection, upto: int | None = None) -> int:
    """Bring the database up to this code's schema, in one transaction, one node at a time; answer the number reached."""
    known = migrations()
    if version(db) == known[-1][0]:
        return known[-1][0]
    db.execute("BEGIN")
    try:
        db.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        reached = version(db)
        refuse_newer(reached)
        if reached < 0:
            refuse_foreign(db)
        for number, text in known:
            if number > reached and (upto is None or number <= upto):
                db.script(text)
                db.execute(_REACHED, (str(number),))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return version(db)


def refuse_newer(reached: int) -> None:
    """Raise YanmenError for a database of a newer Yanmen."""
    newest = schema.migrations()[-1][0]
    if reached > newest:
        raise schema.newer(reached, newest)


def refuse_foreign(db: Connection) -> None:
    """Raise YanmenError where the schema holds tables of another program."""
    (tables,) = db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
    if tables:
        raise YanmenError(
            Phrase(en="the database holds tables of another program", zh="该数据库中已有其他程序的表"),
            hint=Phrase(en="Give Yanmen a database of its own.", zh="请为雁门准备一个专用数据库。"),
        )
