"""Secrets in files."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store.secret_files import private_folder, secret


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """32 bytes, mode 0600, in a folder of mode 0700; nothing is left beside it."""
    folder = tmp_path / "secrets"
    first, second = secret(folder, "csrf"), secret(folder, "csrf")

    assert first == second
    assert len(first) == 32
    assert secret(folder, "other") != first
    assert stat.S_IMODE((folder / "csrf").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["csrf", "other"]


def test_all_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    """Whoever comes first."""
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret(tmp_path / "secrets", "one"), range(64)))

    assert len(found) == 1


@pytest.mark.parametrize("name", ["", "../log", "a/b", ".log", "A", "x" * 65])
def test_a_name_cannot_lead_elsewhere(tmp_path: Path, name: str) -> None:
    """It is part of a path."""
    with pytest.raises(ValueError, match="no name"):
        secret(tmp_path, name)


def test_a_damaged_secret_is_said_to_be_one(tmp_path: Path) -> None:
    """Never used as it is."""
    (tmp_path / "log").write_bytes(b"short")

    with pytest.raises(YanmenError, match="damaged"):
        secret(tmp_path, "log")


def test_a_folder_that_cannot_be_is_a_users_mistake(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "file").write_text("")

    with pytest.raises(YanmenError, match="cannot make"):
        private_folder(tmp_path / "file" / "data")
    (tmp_path / "log").mkdir()
    with pytest.raises(YanmenError, match="cannot read"):
        secret(tmp_path, "log")
