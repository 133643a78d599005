"""SQLite's words in PostgreSQL's."""

from __future__ import annotations

import pytest

from yanmen.store import schema
from yanmen.store.shared.dialect import NUL, definitions, plain, translated


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = $1 AND c = $2"),
        ("SELECT ?2, ?1, ?2", "SELECT $2, $1, $2"),
        ("SELECT 'what? ?1 it''s' WHERE a = ?", "SELECT 'what? ?1 it''s' WHERE a = $1"),
        ("INSERT INTO t VALUES (?, x'7b7d')", r"INSERT INTO t VALUES ($1, '\x7b7d'::bytea)"),
    ],
)
def test_placeholders_and_bytes_are_translated_and_texts_left_alone(given: str, expected: str) -> None:
    """A question mark inside quotes is a text's own."""
    assert translated(given) == expected


def test_definitions_lose_what_only_sqlite_knows() -> None:
    """Types, strictness, and guards that raise."""
    text = (
        "CREATE TABLE t (a INTEGER, b TEXT, c BLOB) STRICT, WITHOUT ROWID;\n"
        "CREATE TRIGGER g BEFORE DELETE ON t WHEN OLD.b <> 'x'\n  BEGIN SELECT RAISE(ABORT, 'no'); END;"
    )

    assert definitions(text) == (
        'CREATE TABLE t (a BIGINT, b TEXT COLLATE "C", c BYTEA);\n'
        "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW WHEN (OLD.b <> 'x') EXECUTE FUNCTION yanmen_refuse('no');"
    )


def test_no_migration_has_a_word_left_that_postgresql_does_not_know() -> None:
    """Whoever writes the next one learns of it here, and from the tests over both engines."""
    for _, text in schema.migrations():
        assert not {"STRICT", "ROWID", "RAISE", "BLOB", "AUTOINCREMENT"} & set(definitions(text).split())


def test_a_text_with_a_zero_byte_becomes_one_that_can_be_held() -> None:
    """And everything else stays as it is."""
    assert plain("a\0b") == f"a{NUL}b"
    assert [plain(value) for value in ("a", 1, b"\0", None)] == ["a", 1, b"\0", None]
