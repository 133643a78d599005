"""The schema and its migrations: numbered files, forward only; the number reached is kept in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

APPLICATION = 0x594D  # "YM", SQLite's application_id


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order; a ValueError where a number is missing."""
    folder = resources.files("yanmen.store") / "migrations"
    found = sorted(
        (int(entry.name[:4]), entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql") and not entry.name.endswith(".postgresql.sql")
    )
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError("the migrations are not numbered 1, 2, 3 …")
    return found


def version(db: sqlite3.Connection) -> int:
    """The number of the last migration that this database has seen."""
    (number,) = db.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(db: sqlite3.Connection, upto: int | None = None) -> int:
    """Bring a database up to this code's schema (or to migration ``upto``, for tests); answer the number reached.

    All in one transaction: another process waits, a crash leaves the old schema. YanmenError where the database is
    newer than the code or is none of ours.
    """
    known = migrations()
    if version(db) == known[-1][0]:
        return version(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        reached = version(db)
        refuse_foreign(db)
        for number, text in known[:upto]:
            if number > reached:
                for statement in statements(text):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return version(db)


def refuse_foreign(db: sqlite3.Connection) -> None:
    """Raise YanmenError for a database of a newer Yanmen, or of another program."""
    reached, newest = version(db), migrations()[-1][0]
    if reached > newest:
        raise newer(reached, newest)
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION:
        raise YanmenError(
            Phrase(en="the database belongs to another program", zh="该数据库属于其他程序"),
            hint=Phrase(en="Choose another --data.", zh="请用 --data 另选目录。"),
        )


def newer(reached: int, newest: int) -> YanmenError:
    """What is said of a store that a newer Yanmen has written."""
    return YanmenError(
        Phrase(
            en=f"the store was written by a newer Yanmen (schema {reached}; this one knows {newest})",
            zh=f"该数据库由较新版本的雁门写入（结构版本 {reached}，当前程序只支持到 {newest}）",
        ),
        hint=Phrase(
            en="Install the newer version again; a store does not go back.",
            zh="请重新安装较新版本；数据库不能降级。",
        ),
    )


def statements(text: str) -> Iterator[str]:
    """The statements of an SQL text, triggers whole."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
