"""What a projection is made of: statements with their values, computed from an event alone and applied in its commit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from yanmen.store.database import Database, embedded

Value = str | int | bytes | None
Change = tuple[str, tuple[Value, ...]]
"""A statement and its values."""

TOGETHER = 64
"""Rows of one statement at most."""
_VALUES = re.compile(r"(INSERT INTO .* VALUES )(\([?, ]+\))(.*)", re.DOTALL)
MOST = (1 << 62) - 1
"""Numbers are cut to this; SQLite's integers have 63 bits."""

encode = msgspec.json.Encoder(order="deterministic").encode
"""Canonical JSON: fields in their order of declaration, keys of objects sorted, no spaces."""


def apply(db: Database, made: Iterable[Change]) -> None:
    """Apply changes in their order."""
    for statement, run in groupby(made, key=itemgetter(0)):
        insert(db, statement, [values for _, values in run])


def insert(db: Database, statement: str, rows: Sequence[tuple[Value, ...]]) -> None:
    """Run a statement for each row; rows to insert go in together.

    At each step of a statement the interpreter is lent to other threads, and to have it back from a busy event loop costs
    both more than a row does.
    """
    values = _VALUES.match(statement) if embedded(db) else None
    if values is None:
        db.executemany(statement, rows)
        return
    before, row, behind = values.groups()
    at = 0
    while left := len(rows) - at:
        count = min(
            TOGETHER, 1 << left.bit_length() - 1
        )  # powers of two, so that few statements are prepared
        flat = [value for each in rows[at : at + count] for value in each]
        db.execute(f"{before}{', '.join([row] * count)}{behind}", flat)
        at += count


def bounded(number: object) -> int:
    """A whole number that the database can hold; 0 for what is no number."""
    if type(number) is int and -MOST <= number <= MOST:
        return number
    if isinstance(number, float) and number == number and abs(number) < MOST:  # noqa: PLR0124  # not a NaN
        return int(number)
    return max(-MOST, min(MOST, number)) if isinstance(number, int) else 0


def word(data: dict[str, object], name: str, longest: int = 200) -> str:
    """A short text of an event's data, cut to so many characters; empty where there is none."""
    value = data.get(name)
    return value[:longest] if isinstance(value, str) else ""


def touch(name: str, seq: int) -> Change:
    """Note that a projection changed, so that a reader need not look at it in vain."""
    return (
        "INSERT INTO touched (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
        (name, seq),
    )
