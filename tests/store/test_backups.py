"""Backups, and what comes back of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import verify
from yanmen.store.backups import create, restore

Make = Callable[..., Event]


@pytest.mark.embedded
def test_everything_comes_back_and_goes_on(busy: Path, tmp_path: Path, event: Make) -> None:
    """Records, keys and kept texts; the log goes on under the same key."""
    before = verify(busy)
    made = create(busy, tmp_path / "backup")
    back = restore(tmp_path / "backup", tmp_path / "new" / "data")

    assert (made.word, back.word) == ("ok", "ok")
    assert (back.records, back.root, back.contents) == (before.records, before.root, 1)
    with Store.open(tmp_path / "new" / "data") as store:
        assert store.append(event("call.refused")).result(30) == before.records + 1
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700


@pytest.mark.embedded
def test_a_backup_is_one_state_while_others_write(data: Path, tmp_path: Path, event: Make) -> None:
    """Whole, and not longer than it was at its end."""
    stop = threading.Event()
    with Store.open(data) as store:

        def write() -> None:
            while not stop.is_set():
                store.append(event("call.refused", x="y" * 2_000)).result(30)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            reports = [create(data, tmp_path / f"backup{number}") for number in range(3)]
        finally:
            stop.set()
            writer.join()
        last = store.events.last_seq()

    assert [report.word for report in reports] == ["ok"] * 3
    assert all(report.records <= last for report in reports)


@pytest.mark.embedded
def test_an_older_backup_put_back_is_seen_by_a_checkpoint_from_elsewhere(
    busy: Path, tmp_path: Path, event: Make
) -> None:
    """A restore takes time away, and only the outside can say so."""
    create(busy, tmp_path / "backup")
    with Store.open(busy) as store:
        store.append(event("call.refused")).result(30)
        outside = store.checkpoint()
    restore(tmp_path / "backup", tmp_path / "new")

    assert verify(tmp_path / "new").word == "ok"
    assert verify(tmp_path / "new", checkpoint=outside).problems[0].code == "rolled-back"


@pytest.mark.postgresql
def test_of_a_shared_store_the_secrets_and_the_checkpoint_are_kept(busy: Path, tmp_path: Path) -> None:
    """Its tables are PostgreSQL's to dump; with them, a new machine is a node again."""
    report = create(busy, tmp_path / "backup")
    back = restore(tmp_path / "backup", tmp_path / "new")

    assert (report.word, back.word, back.records) == ("ok", "ok", 30)
    assert (tmp_path / "new" / "secrets" / "vault").read_bytes() == (busy / "secrets" / "vault").read_bytes()


@pytest.mark.embedded
def test_nothing_is_written_over(busy: Path, tmp_path: Path) -> None:
    """Neither by a backup nor by what comes back of it."""
    create(busy, tmp_path / "backup")

    with pytest.raises(YanmenError, match="something at"):
        create(busy, tmp_path / "backup")
    with pytest.raises(YanmenError, match="something at"):
        restore(tmp_path / "backup", busy)
    with pytest.raises(YanmenError, match="no backup"):
        restore(tmp_path / "none", tmp_path / "new")
    with pytest.raises(YanmenError, match="no store"):
        create(tmp_path / "none", tmp_path / "other")
