"""Where the record is."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store.address import NOTE, address_of, checked, known, note, shown

URL = "postgresql://yanmen:hunter2@db.internal/yanmen?sslmode=verify-full"


def test_a_folder_remembers_for_its_owner_only(tmp_path: Path) -> None:
    """And says nothing before."""
    assert address_of(tmp_path) == ""
    note(tmp_path, URL)
    note(tmp_path, URL)

    assert address_of(tmp_path) == URL
    assert address_of(tmp_path, "postgresql://new") == "postgresql://new"
    assert (tmp_path / NOTE).stat().st_mode & 0o777 == 0o600


def test_a_folder_with_a_store_of_its_own_is_not_joined_to_another(tmp_path: Path) -> None:
    """It is moved."""
    (tmp_path / "yanmen.db").touch()

    assert address_of(tmp_path) == ""
    with pytest.raises(YanmenError, match="store of its own") as caught:
        address_of(tmp_path, URL)
    assert caught.value.hint is not None
    assert "store move" in caught.value.hint.en


def test_another_scheme_is_refused() -> None:
    """Before anything is connected to."""
    assert checked(URL) == URL
    with pytest.raises(YanmenError, match="begins with postgresql"):
        checked("mysql://x")


def test_a_password_is_not_shown() -> None:
    """Nor what follows the question mark, where one may stand too."""
    assert shown(URL) == "postgresql://yanmen@db.internal/yanmen"


def test_whether_there_is_a_store_is_known_without_opening_one(tmp_path: Path) -> None:
    """Its own file, or a note of another's."""
    assert not known(tmp_path)
    note(tmp_path, URL)
    assert known(tmp_path)
