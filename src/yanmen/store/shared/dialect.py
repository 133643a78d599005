"""What is written for SQLite, as PostgreSQL wants it: statements and the definitions of tables. Pure.

The store is written once. Statements keep to what both understand; only the placeholders and the literals of bytes differ.
"""

from __future__ import annotations

import re
from functools import lru_cache

NUL = "\u2400"
"""What a text has in place of U+0000, which PostgreSQL's texts cannot hold; records are bytes and keep theirs."""
_TOKENS = re.compile(r"'(?:[^']|'')*'|\bx'[0-9a-f]*'|\?\d*")
_TYPES = (
    (re.compile(r"\)\s*(?:STRICT\s*,\s*WITHOUT ROWID|WITHOUT ROWID\s*,\s*STRICT|STRICT)\s*;"), ");"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bTEXT\b"), 'TEXT COLLATE "C"'),
)
_TRIGGER = re.compile(
    r"CREATE TRIGGER (\w+) BEFORE (UPDATE|DELETE) ON (\w+)(?: WHEN (.*?))?\s+"
    r"BEGIN SELECT RAISE\(ABORT, ('[^']*')\); END;",
    re.DOTALL,
)


@lru_cache(maxsize=2_048)
def translated(statement: str) -> str:
    """A statement with PostgreSQL's placeholders and literals."""
    count = 0

    def one(found: re.Match[str]) -> str:
        nonlocal count
        token = found.group()
        if token.startswith("x'"):
            return rf"'\x{token[2:-1]}'::bytea"
        if not token.startswith("?"):
            return token
        count += 1
        return f"${token[1:] or count}"

    return _TOKENS.sub(one, statement)


def definitions(text: str) -> str:
    """The definitions of a migration, with PostgreSQL's types; texts are ordered by their bytes, as SQLite does."""
    text = _TRIGGER.sub(_trigger, text)
    for pattern, instead in _TYPES:
        text = pattern.sub(instead, text)
    return text


def _trigger(found: re.Match[str]) -> str:
    name, verb, table, when, says = found.groups()
    condition = f" WHEN ({when.strip()})" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW{condition}"
        f" EXECUTE FUNCTION yanmen_refuse({says});"
    )


def plain(value: object) -> object:
    """A value as PostgreSQL can hold it."""
    return value.replace("\0", NUL) if isinstance(value, str) and "\0" in value else value
