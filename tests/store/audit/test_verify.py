"""The audit finds whatever was changed, and nothing where nothing was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store, schema
from yanmen.store.audit import Report, public_key, signed_checkpoint, verify
from yanmen.store.database import COPY, FILE
from yanmen.store.merkle import leaf_hash

Tamper = Callable[..., None]
Make = Callable[..., Event]


def first(report: Report) -> tuple[str, int]:
    """Code and record of the first problem."""
    return report.problems[0].code, report.problems[0].seq


def rows(folder: Path, question: str) -> list[Any]:
    """What stands in the file."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        return db.execute(question).fetchall()


@pytest.mark.embedded
def test_an_untouched_record_is_whole(busy: Path) -> None:
    """Every record, checkpoint and kept text counted."""
    report = verify(busy)

    assert (report.word, report.exit_code, report.problems, report.unjudged) == ("ok", 0, (), ())
    assert (report.records, report.size, report.contents) == (30, 30, 1)
    assert report.outside == -1


def test_it_agrees_with_a_checkpoint_from_elsewhere(busy: Path, event: Make) -> None:
    """Also when the log has grown since."""
    kept, key = signed_checkpoint(busy), str(public_key(busy))
    with Store.open(busy) as store:
        store.append(event("call.refused")).result(30)
    report = verify(busy, key, kept)

    assert report.word == "ok"
    assert (report.outside, report.records) == (30, 31)


def test_an_empty_record_is_whole(data: Path) -> None:
    """Its checkpoint signs the empty tree."""
    Store.open(data).close()

    assert verify(data).word == "ok"


def test_a_record_in_use_is_judged_as_it_stands(busy: Path, event: Make) -> None:
    """One state of it, whoever appends."""
    with Store.open(busy) as store:
        for _ in range(5):
            store.append(event("call.refused")).result(30)
            assert verify(busy).word == "ok"


@pytest.mark.parametrize("column", ["id", "at", "kind", "actor", "subject"])
def test_a_column_beside_the_bytes_is_compared_with_them(busy: Path, tamper: Tamper, column: str) -> None:
    """The bytes are what was signed."""
    value = "at + 1" if column == "at" else f"{column} || 'x'"
    tamper(busy, f"UPDATE events SET {column} = {value} WHERE seq = 7")

    assert first(verify(busy)) == ("column", 7)


@pytest.mark.embedded
def test_one_byte_of_a_record_is_named(busy: Path, tamper: Tamper) -> None:
    """The first of those altered."""
    for seq in (21, 9):
        ((body,),) = rows(busy, f"SELECT body FROM events WHERE seq = {seq}")
        changed = body.replace(b'"tokens_in":3', b'"tokens_in":4')
        assert changed != body
        tamper(busy, ("UPDATE events SET body = ? WHERE seq = ?", (changed, seq)))

    assert first(verify(busy)) == ("altered", 9)


def test_a_leaf_is_compared_with_its_record(busy: Path, tamper: Tamper) -> None:
    """Either of them was altered."""
    tamper(
        busy,
        "UPDATE log SET leaf = x'0000000000000000000000000000000000000000000000000000000000000000' WHERE seq = 5",
    )

    assert first(verify(busy)) == ("altered", 5)


@pytest.mark.embedded
def test_a_record_hashed_anew_is_found_by_the_signed_root(busy: Path, tamper: Tamper) -> None:
    """As near as the stored compact range can tell."""
    ((body,),) = rows(busy, "SELECT body FROM events WHERE seq = 20")
    changed = body.replace(b'"tokens_in":3', b'"tokens_in":4')
    tamper(
        busy,
        ("UPDATE events SET body = ? WHERE seq = 20", (changed,)),
        ("UPDATE log SET leaf = ? WHERE seq = 20", (leaf_hash(changed),)),
        "UPDATE traffic SET tokens_in = tokens_in + 1 WHERE verdict = 'allow'",
    )
    report = verify(busy)

    assert first(report) == ("range", 17)
    assert report.problems[0].values == {"last": 24}
    assert len(report.problems) == 1


def test_a_removed_record_is_named_as_missing(busy: Path, tamper: Tamper) -> None:
    """With its leaf and without."""
    tamper(busy, "DELETE FROM events WHERE seq = 12", "DELETE FROM log WHERE seq = 12")

    assert first(verify(busy)) == ("missing", 12)


def test_a_dropped_body_needs_an_event_that_says_so(busy: Path, tamper: Tamper) -> None:
    """Even of allowed traffic."""
    tamper(busy, "DELETE FROM events WHERE seq IN (10, 11)")

    assert first(verify(busy)) == ("bodiless", 10)


def test_swapped_records_are_named(busy: Path, tamper: Tamper) -> None:
    """A record says its own place."""
    for table in ("events", "log"):
        for before, after in ((14, 99), (15, 14), (99, 15)):
            tamper(busy, f"UPDATE {table} SET seq = {after} WHERE seq = {before}")
    report = verify(busy)

    assert first(report) == ("reordered", 14)
    assert report.problems[0].values == {"other": 15}


def test_a_cut_off_tail_is_named(busy: Path, tamper: Tamper) -> None:
    """The checkpoint signs for it."""
    tamper(busy, "DELETE FROM events WHERE seq > 27", "DELETE FROM log WHERE seq > 27")
    report = verify(busy)

    assert first(report) == ("missing", 28)
    assert report.problems[0].values == {"last": 30}


@pytest.mark.embedded
def test_a_record_nobody_signed_is_named(busy: Path, tamper: Tamper) -> None:
    """Appended behind the log's back."""
    ((body,),) = rows(busy, "SELECT body FROM events WHERE seq = 30")
    forged = body.replace(b'"seq":30', b'"seq":31')
    tamper(
        busy,
        (
            "INSERT INTO events SELECT 31, 'x' || id, at, kind, actor, subject, ? FROM events WHERE seq = 30",
            (forged,),
        ),
        ("INSERT INTO log VALUES (31, ?)", (leaf_hash(forged),)),
    )

    assert ("unsigned-tail", 31) in [(problem.code, problem.seq) for problem in verify(busy).problems]


def test_an_event_outside_the_log_is_named(busy: Path, tamper: Tamper) -> None:
    """It would be shown, and nobody signed it."""
    tamper(
        busy, "INSERT INTO events SELECT 40, 'x', at, kind, actor, subject, body FROM events WHERE seq = 30"
    )

    assert first(verify(busy)) == ("stray", 40)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET size = 29",
        "UPDATE head SET peaks = x'" + "00" * 128 + "'",
        "UPDATE head SET note = replace(note, '30', '31')",
        "UPDATE checkpoints SET note = note || 'x'",
        "UPDATE checkpoints SET size = 2",
        "DELETE FROM head",
        "UPDATE head SET size = 1, note = (SELECT note FROM checkpoints WHERE size = 1)",
    ],
)
def test_the_head_and_the_history_are_checked(busy: Path, tamper: Tamper, statement: str) -> None:
    """None of their columns can be changed."""
    tamper(busy, statement)

    assert verify(busy).exit_code == 1


@pytest.mark.embedded
@pytest.mark.parametrize(
    "statement", ["DROP TRIGGER log_is_not_cut", "DROP INDEX events_by_actor", "CREATE TABLE more (x)"]
)
def test_the_guards_must_be_in_place(busy: Path, statement: str) -> None:
    """A store without its triggers is not as it was made."""
    with closing(sqlite3.connect(busy / FILE)) as db:
        db.execute(statement)

    assert first(verify(busy))[0] == "schema"


def rolled_back(busy: Path, older: Path, event: Make) -> str:
    """Let the log grow, then put the older state back; the checkpoint in between."""
    shutil.copytree(busy, older)
    with Store.open(busy) as store:
        for _ in range(3):
            store.append(event("call.refused")).result(30)
    kept = signed_checkpoint(busy)
    shutil.copy(older / FILE, busy / FILE)
    return kept


@pytest.mark.embedded
def test_a_rolled_back_file_is_found_by_the_copy_beside_it(busy: Path, tmp_path: Path, event: Make) -> None:
    """And recorded when the store is opened all the same."""
    rolled_back(busy, tmp_path / "older", event)
    report = verify(busy)
    with Store.open(busy) as store:
        (told,) = store.events.after(30)

    assert first(report) == ("rolled-back", 31)
    assert (told.event.kind, told.event.data["was"]) == ("store.rolled-back", 33)


@pytest.mark.embedded
def test_a_rolled_back_folder_is_found_by_a_checkpoint_from_elsewhere(
    busy: Path, tmp_path: Path, event: Make
) -> None:
    """And by nothing else: the older folder is whole in itself."""
    older = tmp_path / "older"
    kept = rolled_back(busy, older, event)

    assert verify(older).word == "ok"
    assert first(verify(older, checkpoint=kept)) == ("rolled-back", 31)


@pytest.mark.embedded
def test_a_forked_log_is_found_by_a_checkpoint_from_elsewhere(
    busy: Path, tmp_path: Path, event: Make
) -> None:
    """Rolled back, and grown again otherwise."""
    older = tmp_path / "older"
    kept = rolled_back(busy, older, event)
    with Store.open(older) as store:
        for _ in range(4):
            store.append(event("call.refused")).result(30)

    assert verify(older).word == "ok"
    assert first(verify(older, checkpoint=kept))[0] == "range"


@pytest.fixture
def rewritten(busy: Path, tmp_path: Path) -> Path:
    """The same events but one, in a log with a key of its own."""
    other = tmp_path / "other"
    with Store.open(busy) as store, Store.open(other) as forged:
        for recorded in store.events.after(0):
            if recorded.event.kind != "call.refused":
                forged.append(recorded.event).result(30)
        kept = store.content.names(store.events.after(29)[0].event.id)
    assert kept
    return other


@pytest.mark.embedded
def test_a_rewritten_log_is_not_signed_by_our_key(busy: Path, rewritten: Path) -> None:
    """Where the key was out of reach."""
    shutil.copy(rewritten / FILE, busy / FILE)

    assert "unsigned" in {problem.code for problem in verify(busy).problems}


def test_a_log_rewritten_with_another_key_is_found_from_elsewhere(busy: Path, rewritten: Path) -> None:
    """By the public key, or by a checkpoint; the rest of the folder agrees with itself."""
    kept, key = signed_checkpoint(busy), str(public_key(busy))

    assert {problem.code for problem in verify(rewritten).problems} == {"content-missing"}
    assert "other-key" in {problem.code for problem in verify(rewritten, key).problems}
    assert "foreign-checkpoint" in {problem.code for problem in verify(rewritten, checkpoint=kept).problems}


def test_without_any_key_signatures_cannot_be_judged(busy: Path) -> None:
    """Which is never clean."""
    key = str(public_key(busy))
    shutil.rmtree(busy / "secrets")
    report, given = verify(busy), verify(busy, key)

    assert (report.word, report.exit_code) == ("unjudged", 2)
    assert {problem.code for problem in report.unjudged} == {"no-key", "content-unopened"}
    assert {problem.code for problem in given.unjudged} == {"content-unopened"}


def test_what_is_no_store_is_a_users_mistake(data: Path, busy: Path) -> None:
    """So are a checkpoint and a key that are none."""
    with pytest.raises(YanmenError, match="no store"):
        verify(data / "elsewhere")
    with pytest.raises(YanmenError, match="checkpoint is none"):
        verify(busy, checkpoint="hello")
    with pytest.raises(YanmenError, match="public key"):
        verify(busy, "hello")


@pytest.mark.embedded
@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + bytes(5_000)])
def test_a_file_that_is_no_database_is_altered(busy: Path, content: bytes) -> None:
    """Said in words."""
    (busy / FILE).write_bytes(content)

    assert verify(busy).exit_code == 1


@pytest.mark.embedded
def test_a_byte_changed_in_the_write_ahead_log_is_found(busy: Path, tmp_path: Path, event: Make) -> None:
    """SQLite takes what follows it for never written; the copy of the checkpoint knows better."""
    crashed = tmp_path / "crashed"
    with Store.open(busy) as store:
        for _ in range(5):
            store.append(event("call.refused")).result(30)
        store.flush()  # the copy of the checkpoint follows the commit
        shutil.copytree(busy, crashed, ignore=shutil.ignore_patterns(".*"))
        shutil.copy(busy / COPY, crashed)
    log = crashed / f"{FILE}-wal"
    (crashed / f"{FILE}-shm").unlink()
    assert verify(crashed).word == "ok"
    changed = bytearray(log.read_bytes())
    changed[len(changed) // 2] ^= 1
    log.write_bytes(changed)
    (crashed / f"{FILE}-shm").unlink(missing_ok=True)

    assert first(verify(crashed))[0] == "rolled-back"


@pytest.mark.embedded
def test_a_copy_of_the_checkpoint_must_be_one(busy: Path) -> None:
    """It stands beside the database."""
    (busy / COPY).write_text("hello")

    assert first(verify(busy))[0] == "copy"


@pytest.mark.embedded
def test_a_copy_that_is_older_agrees(busy: Path, event: Make) -> None:
    """A crash between a commit and its copy leaves one."""
    older = (busy / COPY).read_text()
    with Store.open(busy) as store:
        store.append(event("call.refused")).result(30)
    (busy / COPY).write_text(older)

    assert verify(busy).word == "ok"


def test_an_older_schema_is_not_judged_by_this_code(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its projections are other ones; nothing is said of it until it was brought up to date."""
    known = schema.migrations()
    monkeypatch.setattr(
        schema, "migrations", lambda: [*known, (len(known) + 1, "CREATE TABLE more (x TEXT);\n")]
    )

    with pytest.raises(YanmenError, match="older Yanmen"):
        verify(busy)
    Store.open(busy).close()
    assert verify(busy).word == "ok"
