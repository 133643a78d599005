"""Files of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.intel.sources import files
from yanmen.intel.sources.blob import Blob
from yanmen.intel.sources.files import Files


def seen(where: Path) -> list[tuple[str, bytes | str]]:
    """Every target by its name, with its bytes or the reason it has none."""
    found = list(Files().targets(str(where)))
    return [
        (one.subject.id, one.reason) if isinstance(one, Unexamined) else (one.path, one.data) for one in found
    ]


def test_all_files_are_read_in_order_but_links_and_git(tmp_path: Path) -> None:
    """A link's target is looked at where it stands; a pipe holds nothing and does not hold the scan up."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b/x").write_bytes(b"2")
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_bytes(b"3")
    os.mkfifo(tmp_path / "pipe")

    assert seen(tmp_path) == [(str(tmp_path / "a"), b"1"), (str(tmp_path / "b/x"), b"2")]


def test_what_is_not_there_or_too_large_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never left out in silence."""
    monkeypatch.setattr(files, "LARGEST", 3)
    (tmp_path / "large").write_bytes(b"1234")

    assert seen(tmp_path) == [(str(tmp_path / "large"), "too-large")]
    assert seen(tmp_path / "gone") == [(str(tmp_path / "gone"), "unreadable")]


def test_a_folder_of_too_many_files_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are looked at all the same."""
    monkeypatch.setattr(files, "MOST", 1)
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")

    assert [what for _, what in seen(tmp_path)] == [b"1", "too-large"]


def test_one_file_may_be_named(tmp_path: Path) -> None:
    """As a hook does."""
    (tmp_path / "a").write_bytes(b"1")

    assert list(Files().targets(str(tmp_path / "a"))) == [Blob(path=str(tmp_path / "a"), data=b"1")]
