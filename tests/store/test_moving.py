"""Moving an embedded store to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.postgresql import Server

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store, moving
from yanmen.store.audit import verify
from yanmen.store.merkle import Frontier
from yanmen.store.moving import MOVED, move

pytestmark = pytest.mark.embedded
Make = Callable[..., Event]


def test_everything_arrives_and_the_roots_agree(busy: Path, postgresql: Server, event: Make) -> None:
    """Records, projections, the vault and its keys; and it goes on there, found by the folder alone."""
    before = verify(busy)
    moved = move(busy, postgresql.database(empty=True))
    after = verify(busy)

    assert (moved.records, moved.root) == (before.records, before.root)
    assert (after.word, after.root, after.contents) == ("ok", before.root, 1)
    assert (busy / MOVED).is_file()
    with Store.open(busy) as store:
        (kept,) = [one.event for one in store.events.after(0) if "content" in one.event.data]
        assert store.content.get(kept.id, "prompt") == "机密 text".encode()
        assert len(store.decisions.standing(0)) == 1
        assert store.append(event("call.refused")).result(30) == before.records + 1
    assert verify(busy, checkpoint=(busy / "checkpoint").read_text()).word == "ok"


def test_a_store_that_somebody_has_open_is_not_moved(busy: Path, postgresql: Server) -> None:
    """What they wrote afterwards would be lost."""
    with Store.open(busy), pytest.raises(YanmenError, match="open"):
        move(busy, postgresql.database(empty=True))


def test_a_database_with_another_store_is_left_alone(busy: Path, tmp_path: Path, postgresql: Server) -> None:
    """Two logs are never mixed."""
    url = postgresql.database()
    other = tmp_path / "other"
    other.mkdir()
    (other / "store").write_text(url)
    with Store.open(other):
        pass

    with pytest.raises(YanmenError, match="another store"):
        move(busy, url)
    assert verify(busy).word == "ok"


def test_a_log_that_arrives_otherwise_is_taken_back(
    busy: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it stays, and the folder's own store is as it was."""
    url = postgresql.database(empty=True)

    class Wrong(Frontier):
        def append(self, leaf: bytes) -> None:
            super().append(bytes(32) if self.size == 3 else leaf)

    with monkeypatch.context() as patch:
        patch.setattr(moving, "Frontier", Wrong)
        with pytest.raises(YanmenError, match="not the one that left"):
            move(busy, url)

    assert verify(busy).word == "ok"
    assert move(busy, url).records == 30
