"""Moves an embedded store to PostgreSQL: every table as it is, all or nothing, and the Merkle roots compared before it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store import schema as embedded_schema
from yanmen.store.address import address_of, checked, note, shown
from yanmen.store.checkpoints import read
from yanmen.store.database import FILE, explained
from yanmen.store.merkle import Frontier
from yanmen.store.secret_files import VAULT_KEY, secret
from yanmen.store.shared import schema
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.dialect import plain
from yanmen.store.shared.disk import AROUND
from yanmen.store.shared.files import SharedFiles
from yanmen.store.shared.loop import Loop

MOVED = f"{FILE}.moved"
"""What the file is called afterwards; it is not touched again."""
AT_ONCE = 2_000
SECONDS = 600.0
"""Patience with one statement while moving."""
_DOING = Phrase(en="cannot move the store", zh="无法迁移数据库")


class Moved(NamedTuple):
    """What was moved."""

    records: int
    rows: int
    root: str
    """In hex; the same before and after."""


def move(folder: Path, url: str) -> Moved:
    """Move a folder's store to an empty database. Nothing may have it open. YanmenError says what stands in the way."""
    checked(url)
    path = folder / FILE
    if address_of(folder) or not path.is_file():
        raise YanmenError(
            Phrase(en=f"there is no embedded store in {folder}", zh=f"{folder} 中没有本地数据库"),
            hint=Phrase(
                en="`yanmen store status` says where it is.", zh="可用 `yanmen store status` 查看位置。"
            ),
        )
    loop = Loop(url, SECONDS)
    try:
        with closing(_alone(path)) as source, closing(Connection(loop, seconds=SECONDS)) as target:
            moved = _all(source, target, url)
        files = SharedFiles(loop)
        for file in sorted((folder / "models" / "files").glob("[0-9a-f]*")):
            files.keep(file.name, file)
    except sqlite3.Error as error:
        raise explained(error, _DOING) from error
    finally:
        loop.close()
    secret(
        folder / "secrets", VAULT_KEY
    )  # which a store without kept texts has not made yet, and each node must share
    note(folder, url)
    path.rename(folder / MOVED)
    return moved


def _alone(path: Path) -> sqlite3.Connection:
    """Open the file for this process alone."""
    db = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        embedded_schema.migrate(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        db.close()
        raise YanmenError(
            Phrase(en="another process has the store open", zh="另有进程正在使用该数据库"),
            hint=Phrase(en="Stop `yanmen up` and the others first.", zh="请先停止 `yanmen up` 等进程。"),
        ) from error
    return db


def _all(source: sqlite3.Connection, target: Connection, url: str) -> Moved:
    schema.migrate(target)
    (size, peaks, said) = source.execute("SELECT size, peaks, note FROM head").fetchone()
    there = target.execute("SELECT size, note FROM head").fetchone()
    if there is None:
        target.execute("BEGIN")
        rows = sum(_table(source, target, table) for table in _tables(source))
        target.execute(
            "UPDATE bound SET bytes = (SELECT coalesce(sum(length(body) + ?), 0) FROM events)", (AROUND,)
        )
        root = _compared(target, size, peaks)
        target.execute("COMMIT")
        return Moved(size, rows, root)
    if there != (size, said):  # but that it was moved, and the end of it was not told
        where = shown(url)
        raise YanmenError(
            Phrase(en=f"there is another store at {where}", zh=f"{where} 上已有另一个数据库"),
            hint=Phrase(en="Give it an empty database.", zh="请提供一个空数据库。"),
        )
    return Moved(size, 0, _compared(target, size, peaks))


def _compared(target: Connection, size: int, peaks: bytes) -> str:
    """The root over the leaves as PostgreSQL holds them; YanmenError where it is not the one that was signed."""
    frontier, last = Frontier(), 0
    while rows := target.execute(
        "SELECT seq, leaf FROM log WHERE seq > ? ORDER BY seq LIMIT 10000", (last,)
    ).fetchall():
        for seq, leaf in rows:
            frontier.append(leaf)
            last = seq
    (note_there,) = target.execute("SELECT note FROM head").fetchone()
    point = read(note_there)[0]
    if (frontier.size, bytes(frontier)) != (size, peaks) or point.root != frontier.root() or last != size:
        raise YanmenError(
            Phrase(
                en="the log that arrived is not the one that left; nothing was changed",
                zh="到达的日志与原日志不一致；未做任何更改",
            ),
            hint=Phrase(
                en="Run `yanmen audit verify` on the folder.", zh="请对该目录运行 `yanmen audit verify`。"
            ),
        )
    return frontier.root().hex()


def _tables(source: sqlite3.Connection) -> list[str]:
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return [name for (name,) in source.execute(question)]


def _table(source: sqlite3.Connection, target: Connection, table: str) -> int:
    columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608  # own words only
    count = 0
    for batch in _batches(rows):
        target.copy(table, columns, [tuple(map(plain, row)) for row in batch])
        count += len(batch)
    (there,) = target.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # own words only
    if there != count:
        raise sqlite3.DatabaseError(f"{table}: {there} of {count} rows arrived")
    return count


def _batches(rows: sqlite3.Cursor) -> Iterator[Sequence[tuple[Any, ...]]]:
    while batch := rows.fetchmany(AT_ONCE):
        yield batch
