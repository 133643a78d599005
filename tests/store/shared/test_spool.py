"""What waits on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from yanmen.store.shared.spool import Parcel, Spool, orphans


def parcels(count: int, start: int = 0) -> list[Parcel]:
    """So many."""
    return [
        Parcel(f"evt_{number}", number % 2 == 0, b'[{"x":%d}]' % number)
        for number in range(start, start + count)
    ]


def kept(folder: Path) -> Path:
    """The one file."""
    (file,) = (folder / "spool").glob("[0-9]*")
    return file


def test_what_was_kept_comes_back_in_order(tmp_path: Path) -> None:
    """All of it, in batches; and nothing once it was delivered."""
    spool = Spool(tmp_path, 1 << 20)
    spool.keep(parcels(600))
    spool.keep(parcels(5, 600))

    assert [one for batch in spool.batches() for one in batch] == parcels(605)
    spool.clear()
    assert (list(spool.batches()), spool.bytes) == ([], 0)
    spool.close()
    assert not list((tmp_path / "spool").iterdir())


def test_it_is_bounded_and_for_its_owner_only(tmp_path: Path) -> None:
    """Past the bound it says so."""
    spool = Spool(tmp_path, 100)
    before = spool.full
    spool.keep(parcels(10))

    assert (before, spool.full) == (False, True)
    assert kept(tmp_path).stat().st_mode & 0o777 == 0o600
    spool.close()


def test_a_torn_frame_ends_the_reading(tmp_path: Path) -> None:
    """It was never acknowledged; what stands before it is delivered."""
    spool = Spool(tmp_path, 1 << 20)
    spool.keep(parcels(3))
    spool.close()
    file = kept(tmp_path)
    os.truncate(file, file.stat().st_size - 1)

    (orphan,) = orphans(tmp_path)
    assert [one for batch in orphan.batches() for one in batch] == parcels(2)
    orphan.close(delivered=True)
    assert not file.exists()


def test_only_the_spool_of_an_ended_process_is_taken_up(tmp_path: Path) -> None:
    """And by one alone; what was not delivered stays."""
    living = Spool(tmp_path, 1 << 20)
    living.keep(parcels(1))
    assert list(orphans(tmp_path)) == []
    living.close()

    (orphan,) = orphans(tmp_path)
    assert list(orphans(tmp_path)) == []
    orphan.close(delivered=False)
    assert kept(tmp_path).exists()
