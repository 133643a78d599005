"""Opening a shared store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.postgresql import Server

from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.store import Store, StoreError, log
from yanmen.store.address import address_of, note
from yanmen.store.checkpoints import Signer
from yanmen.store.database import Database
from yanmen.store.shared import opening

PATIENT = Settings(patience_seconds=60)


def test_an_empty_database_becomes_a_store_and_the_folder_remembers(
    tmp_path: Path, postgresql: Server
) -> None:
    """By the address in the configuration; afterwards by the folder alone."""
    url = postgresql.database(empty=True)
    with Store.open(tmp_path / "a", Settings(url=url, patience_seconds=60)) as store:
        assert store.events.last_seq() == 0

    assert address_of(tmp_path / "a") == url
    assert (tmp_path / "a" / "store").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("lacking", ["log", "vault"])
def test_a_machine_without_the_keys_is_not_let_in(data: Path, url: str, tmp_path: Path, lacking: str) -> None:
    """Missing or others: it would sign another log, or seal what nobody can open."""
    with Store.open(data, PATIENT):
        pass
    other = tmp_path / "other"
    note(other, url)
    shutil.copytree(data / "secrets", other / "secrets")
    (other / "secrets" / lacking).unlink()

    with pytest.raises(YanmenError, match="has not the keys"):
        Store.open(other, PATIENT)
    (other / "secrets" / lacking).write_bytes(b"x" * 32)
    with pytest.raises(YanmenError, match="has not the keys"):
        Store.open(other, PATIENT)


def test_another_process_of_the_machine_may_come_as_soon_as_the_log_begins(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both keys are there by then."""

    def begin(db: Database, signer: Signer) -> None:
        monkeypatch.undo()
        log.begin(db, signer)
        Store.open(data, PATIENT).close()

    monkeypatch.setattr(opening, "begin", begin)
    with Store.open(data, PATIENT) as store:
        assert store.events.last_seq() == 0


def test_all_other_secrets_are_the_same_on_every_node(data: Path, url: str, tmp_path: Path) -> None:
    """A form made by one console is taken by another."""
    other = tmp_path / "other"
    with Store.open(data, PATIENT) as one:
        note(other, url)
        shutil.copytree(data / "secrets", other / "secrets")
        with Store.open(other, PATIENT) as two:
            assert one.secrets("console-forms") == two.secrets("console-forms") != one.secrets("else")


def test_nobody_there_is_said_with_the_address_but_not_its_password(tmp_path: Path) -> None:
    """What a user can mend."""
    note(tmp_path, "postgresql://yanmen:hunter2@127.0.0.1:1/yanmen")

    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert "127.0.0.1:1" in caught.value.message.en
    assert "hunter2" not in str(caught.value.message)
