"""The vault against the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import kept, verify
from yanmen.store.audit.rebuild import Rebuild
from yanmen.store.audit.report import Findings
from yanmen.store.reading import read_only

Make = Callable[..., Event]
Tamper = Callable[..., None]


def checked(data: Path, vault: bytes | None) -> tuple[int, Findings]:
    """How many texts are good, and what was found."""
    found = Findings()
    with Store.open(data) as store, closing(read_only(data)) as db, closing(Rebuild(found)) as rebuild:
        for recorded in store.events.after(0):
            rebuild.take(recorded.seq, recorded.event)
        rebuild.compare(db)
        return kept.check(db, rebuild.db, vault, found), found


@pytest.fixture
def vault(busy: Path) -> bytes:
    """Its key."""
    return (busy / "secrets" / "vault").read_bytes()


def test_a_text_that_opens_to_its_commitment_is_good(busy: Path, vault: bytes) -> None:
    """Counted."""
    count, found = checked(busy, vault)

    assert (count, found.problems, found.notes, found.unjudged) == (1, [], [], [])


def test_without_the_key_a_text_is_not_judged(busy: Path) -> None:
    """Nor with another one called good."""
    count, found = checked(busy, None)

    assert (count, found.problems, [one.code for one in found.unjudged]) == (0, [], ["content-unopened"])
    assert [one.code for one in checked(busy, bytes(32))[1].problems] == ["content"]


def test_a_text_whose_record_was_never_written_is_a_note(busy: Path, vault: bytes) -> None:
    """The process ended in between."""
    with Store.open(busy) as store:
        store.content.put("evt_never", "t", "prompt", b"text")
    count, found = checked(busy, vault)

    assert (count, found.problems, [one.code for one in found.notes]) == (1, [], ["content-early"])


def test_a_record_that_is_mangled_commits_to_nothing(
    busy: Path, vault: bytes, tamper: Callable[..., None]
) -> None:
    """The walk names the record; the text is named too."""
    found = Findings()
    tamper(busy, "UPDATE events SET body = x'00' WHERE seq = 30")
    with closing(read_only(busy)) as db, closing(Rebuild(found)) as rebuild:
        assert kept.check(db, rebuild.db, vault, found) == 0

    assert [one.code for one in found.problems] == ["content"]


@pytest.mark.embedded
def test_two_texts_of_one_tenant_cannot_be_swapped(data: Path, event: Make) -> None:
    """A seal is bound to its event and name."""
    with Store.open(data) as store:
        for name in ("prompt", "answer"):
            one = event("call.refused", tenant="t")
            one.data["content"] = {name: store.content.put(one.id, "t", name, name.encode())}
            store.append(one).result(30)
        vault = store.secrets("vault")
    with closing(sqlite3.connect(data / "yanmen.db", isolation_level=None)) as db:
        sealed = [row[0] for row in db.execute("SELECT sealed FROM contents ORDER BY name")]
        for name, other in zip(("answer", "prompt"), reversed(sealed), strict=True):
            db.execute("UPDATE contents SET sealed = ? WHERE name = ?", (other, name))

    assert [one.code for one in checked(data, vault)[1].problems] == ["content", "content"]


@pytest.mark.parametrize("column", ["event", "name", "tenant", "expires", "commitment", "sealed"])
def test_a_kept_text_must_be_what_its_record_committed_to(busy: Path, tamper: Tamper, column: str) -> None:
    """Every column of the vault is bound to it."""
    changed = {"expires": "expires + 1", "sealed": "x'" + "00" * 64 + "'"}.get(column, f"{column} || 'x'")
    tamper(busy, f"UPDATE contents SET {column} = {changed}")

    assert {problem.code for problem in verify(busy).problems} <= {"content", "content-missing"}
    assert verify(busy).exit_code == 1


@pytest.mark.parametrize("statement", ["DELETE FROM contents", "UPDATE tenant_keys SET sealed = x'00'"])
def test_a_kept_text_cannot_vanish_unseen(busy: Path, tamper: Tamper, statement: str) -> None:
    """Only an erasure on record explains it."""
    tamper(busy, statement)

    assert verify(busy).problems[0].code in {"content", "content-missing"}


def test_an_erased_text_is_no_alteration(busy: Path) -> None:
    """The log still verifies."""
    with Store.open(busy) as store:
        assert store.content.erase(tenant="t") == 1
    report = verify(busy)

    assert (report.word, report.contents) == ("ok", 0)
