"""The feeds that are held."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.errors import YanmenError
from yanmen.intel.advisories.shelf import SHIPPED, Held, card_of, held, locked, replacing
from yanmen.intel.advisories.table import DamagedError

Make = Callable[..., dict[str, Any]]


def test_the_shipped_feeds_are_as_their_card_says() -> None:
    """The README beside them names source, day, records and licence."""
    card = (SHIPPED / "README.md").read_text("utf-8")
    for one in held(None):
        said = one.card
        assert one.shipped
        assert f"| `{said.name}.table` |" in card
        assert all(text in card for text in (f"{said.records:,}", said.licence, said.digest))
        assert one.table.path.read_bytes()
        one.table.close()


def test_of_two_with_one_name_the_newer_counts(osv: Make, feed: Callable[..., Path], today: int) -> None:
    """Also where the shipped one is the newer."""
    folder = feed(osv("A-1", introduced="0"), name="pypa", force=True)
    fresh = {one.card.name: one for one in held(folder)}
    feed(osv("A-1", introduced="0"), name="pypa", force=True, date=1)
    old = {one.card.name: one for one in held(folder)}

    assert (fresh["pypa"].card.records, fresh["pypa"].shipped) == (1, False)
    assert old["pypa"].shipped
    assert fresh["pypa"].age(today) == 1


@pytest.mark.parametrize("content", [b"", b"rubbish" * 100])
def test_a_damaged_feed_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    """What it held would otherwise be missing in silence."""
    (tmp_path / "own.table").write_bytes(content)

    with pytest.raises(YanmenError, match="damaged") as refused:
        held(tmp_path)
    assert refused.value.where == str(tmp_path / "own.table")


def test_a_feed_of_another_format_is_refused(
    osv: Make, feed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records may mean something else."""
    folder = feed(osv("A-1", introduced="0"))
    monkeypatch.setattr("yanmen.intel.advisories.shelf.FORMAT", 2)

    with pytest.raises(DamagedError, match="format 1, not 2"):
        Held(folder / "one.table")
    assert card_of(folder, "one") is None


def test_an_error_in_the_middle_leaves_the_old(osv: Make, feed: Callable[..., Path]) -> None:
    """And nothing beside it."""
    folder = feed(osv("A-1", introduced="0"))
    before = (folder / "one.table").read_bytes()

    def fail() -> None:
        with replacing(folder, "one") as stream:
            stream.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert (folder / "one.table").read_bytes() == before
    assert not list(folder.glob(".*.part"))


def _killed(folder: str) -> None:
    with locked(Path(folder)), replacing(Path(folder), "one") as stream:
        stream.write(b"half")
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def test_kill_in_the_middle_leaves_the_old(osv: Make, feed: Callable[..., Path]) -> None:
    """The next update clears away what was left, and is not locked out."""
    folder = feed(osv("A-1", introduced="0"))
    before = (folder / "one.table").read_bytes()
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(str(folder),))
    process.start()
    process.join(30)

    assert process.exitcode == -signal.SIGKILL
    assert (folder / "one.table").read_bytes() == before
    assert list(folder.glob(".*.part"))
    with locked(folder):
        assert not list(folder.glob(".*.part"))


def test_two_updates_at_once_are_one_too_many(tmp_path: Path) -> None:
    """The second says so."""
    with locked(tmp_path), pytest.raises(YanmenError, match="another update"), locked(tmp_path):
        pass
