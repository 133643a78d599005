"""Marks of running processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.store.running import Mark, left_behind


def test_a_mark_is_held_while_its_process_lives(tmp_path: Path) -> None:
    """Nobody takes it away."""
    mark = Mark(tmp_path)
    mark.set()
    mark.set()
    with left_behind(tmp_path) as said:
        assert said == []
    assert len(list(tmp_path.iterdir())) == 1
    mark.clear()
    mark.clear()

    assert list(tmp_path.iterdir()) == []


def test_a_mark_left_standing_is_told_once(tmp_path: Path) -> None:
    """With the process that left it."""
    mark = Mark(tmp_path)
    mark.set()
    mark.leave()
    with left_behind(tmp_path) as said:
        assert [sorted(each) for each in said] == [["pid", "since"]]
        with left_behind(tmp_path) as others:
            assert others == []
    with left_behind(tmp_path) as again:
        assert again == []


def test_a_mark_is_kept_until_it_is_on_record(tmp_path: Path) -> None:
    """The block failed: the next one is told again."""
    mark = Mark(tmp_path)
    mark.set()
    mark.leave()
    with pytest.raises(OSError, match="full"), left_behind(tmp_path):
        raise OSError("full")
    with left_behind(tmp_path) as said:
        assert len(said) == 1


def test_a_mangled_mark_is_still_a_mark(tmp_path: Path) -> None:
    """Of whom is not known."""
    (tmp_path / "1-00").write_bytes(b"\xff")
    with left_behind(tmp_path) as said:
        assert said == [{}]


def test_no_folder_is_no_mark(tmp_path: Path) -> None:
    """A first start."""
    with left_behind(tmp_path / "running") as said:
        assert said == []
