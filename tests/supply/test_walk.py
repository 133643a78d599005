"""What is seen of a folder, what is not, and that nothing outside of it is read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.walk import File, UnreadError, Walk, shown, within

NOBODY = 65534
Lay = Callable[[dict[str, str | bytes]], Path]


def _seen(walk: Walk) -> tuple[list[str], dict[str, str]]:
    found = list(walk)
    files = [one.at() for one in found if isinstance(one, File)]
    return files, {one.where.part: one.reason for one in found if isinstance(one, Unexamined)}


def test_the_order_is_the_same_each_time(lay: Lay) -> None:
    """Sorted by name, depth first."""
    root = lay({"b/x": "", "a/y": "", "a/b/z": "", "c": ""})

    assert _seen(Walk(root))[0] == ["c", "a/y", "a/b/z", "b/x"]


def test_what_is_left_out_is_named(lay: Lay) -> None:
    """The repository's own folder, caches, pipes, links that lead nowhere."""
    root = lay({".git/config": "", "a/__pycache__/a.pyc": "", "b/__pycache__/b.pyc": "", "x": ""})
    os.mkfifo(root / "pipe")
    (root / "nowhere").symlink_to("nothing")
    (root / "loop").symlink_to("loop")
    walk = Walk(root)

    assert _seen(walk) == (["x"], {"loop": "unreadable"})
    assert dict(walk.left_out) == {".git": 1, "__pycache__": 2, "pipe": 1, "broken link": 1}


def test_folders_in_a_circle_end(lay: Lay) -> None:
    """A link to a folder above is not followed."""
    root = lay({"a/x": ""})
    (root / "a/up").symlink_to("..")

    assert _seen(Walk(root)) == (["a/x"], {})


def test_a_link_within_is_read_and_one_that_leads_out_is_not(lay: Lay, tmp_path: Path) -> None:
    """Neither a file nor a folder outside the root; both are said."""
    (tmp_path / "secret").write_text("s")
    (tmp_path / "elsewhere").mkdir()
    root = lay({"blobs/1": "one"})
    (root / "inside").symlink_to("blobs/1")
    (root / "outside").symlink_to("../secret")
    (root / "folder").symlink_to("../elsewhere")
    found = {one.path: one for one in Walk(root) if isinstance(one, File)}

    assert found["inside"].bytes() == b"one"
    assert found["outside"].outside
    with pytest.raises(UnreadError):
        found["outside"].bytes()
    assert _seen(Walk(root))[1] == {"folder": "not-checked"}


def test_what_is_beside_a_file_never_lies_outside(lay: Lay, tmp_path: Path) -> None:
    """Whatever is written in an include."""
    (tmp_path / "secret").write_text("s")
    file = Walk(lay({"a/x": "", "b": "b"})).find("a/x")

    assert file is not None
    assert (found := file.beside("../b")) is not None
    assert found.bytes() == b"b"
    for name in ("../../secret", "/etc/passwd", "..\\..\\secret", "C:\\x", "\x00", "gone"):
        assert file.beside(name) is None
    assert within("", "..") is None


@pytest.fixture
def powerless() -> Iterator[Path]:
    """A folder, and no right to read all there is on the machine: root gives it up for a while."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    who = os.geteuid()
    if who == 0:
        os.chown(folder, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(who)
        (folder / "a").chmod(0o700)
        shutil.rmtree(folder)


def test_what_may_not_be_read_is_said(powerless: Path) -> None:
    """Folder or file."""
    (powerless / "a").mkdir(mode=0)
    (powerless / "b").touch(mode=0)
    found = list(Walk(powerless))
    file = next(one for one in found if isinstance(one, File))

    assert [one.reason for one in found if isinstance(one, Unexamined)] == ["unreadable"]
    with pytest.raises(UnreadError, match="unreadable"):
        file.bytes()


def test_a_walk_has_bounds(lay: Lay) -> None:
    """Of files and of depth; what lies beyond is said."""
    files: dict[str, str | bytes] = {str(number): "" for number in range(20)}
    root = lay(files | {"a/b/c/x": ""})

    assert "too-large" in _seen(Walk(root, files=10))[1].values()
    assert _seen(Walk(root, depth=2))[1] == {"a/b/c": "too-large"}


def test_a_file_has_bounds(lay: Lay) -> None:
    """It is not read at all when it is larger."""
    file = Walk(lay({"x": "12345"})).find("x")

    assert file is not None
    with pytest.raises(UnreadError, match="too-large"):
        file.bytes(4)


def test_names_that_are_no_text_are_shown_as_bytes(tmp_path: Path) -> None:
    """And read all the same; control characters are escaped."""
    root = tmp_path / "r"
    root.mkdir()
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.txt")).write_text("x")
    (root / "a\x1b[31m\n").write_text("x")

    assert _seen(Walk(root))[0] == ["a\\x1b[31m\\n", "\\xff\\xfe.txt"]
    assert all(one.bytes() == b"x" for one in Walk(root) if isinstance(one, File))
    assert shown("中文.txt") == "中文.txt"


def test_what_was_installed_is_known(lay: Lay) -> None:
    """Files below site-packages and node_modules demand nothing of the project."""
    root = lay({"lib/site-packages/a/x": "", "node_modules/b/y": "", "z": ""})

    assert {one.path: one.inside for one in Walk(root) if isinstance(one, File)} == {
        "z": "",
        "lib/site-packages/a/x": "python",
        "node_modules/b/y": "npm",
    }


def test_one_file_is_a_walk(lay: Lay) -> None:
    """Beside it others may stand."""
    root = lay({"x": "", "y": ""})

    assert _seen(Walk(root / "x"))[0] == ["x"]
    with pytest.raises(FileNotFoundError):
        Walk(root / "gone")
