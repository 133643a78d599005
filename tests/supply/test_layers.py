"""Layers laid over each other."""

from __future__ import annotations

import io
import tarfile

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply import layers, zstandard
from yanmen.supply.layers import Layers
from yanmen.supply.walk import File

Content = dict[str, bytes | tuple[bytes, str]]
LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE


def _layer(content: Content, mode: str = "w") -> io.BytesIO:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of them
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            if isinstance(data, tuple):
                member.type, member.linkname = data
                archive.addfile(member)
            else:
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    held.seek(0)
    return held


def _tree(*content: Content, mode: str = "w") -> Layers:
    tree = Layers("i!", lambda file: not file.name.endswith(".big"))
    for number, one in enumerate(content):
        tree.add(f"layer{number}", _layer(one, mode))
    return tree


def _seen(tree: Layers) -> dict[str, bytes]:
    return {one.path: one.bytes() for one in tree if isinstance(one, File)}


def _gaps(tree: Layers) -> list[str]:
    return [one.reason for one in tree if isinstance(one, Unexamined)]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_the_upper_layer_counts(mode: str) -> None:
    """Whatever the layers are packed with."""
    tree = _tree({"./a": b"new"}, {"a": b"old", "b/c": b"kept"}, mode=mode)

    assert _seen(tree) == {"a": b"new", "b/c": b"kept"}
    assert tree.size("a") == 3


def test_a_layer_packed_with_zstandard_is_read() -> None:
    """A broken one, and one that wants more memory than is given, are said; the others are read all the same."""
    plain = _layer({"etc/a": b"one" * 500}).getvalue()
    tree = _tree({"etc/b": b"two"})
    tree.add("packed", io.BytesIO(_zstandard(plain)))
    assert _seen(tree) == {"etc/a": b"one" * 500, "etc/b": b"two"}
    assert _gaps(tree) == []

    for broken in (
        _zstandard(plain)[:-700],
        zstandard.MAGIC + b"\xff" * 40,
        zstandard.MAGIC + b"\x00\xff" + bytes(20),
    ):
        tree = _tree({"etc/b": b"two"})
        tree.add("broken", io.BytesIO(broken))
        assert _gaps(tree) == ["malformed"]
        assert _seen(tree)["etc/b"] == b"two"


def _zstandard(data: bytes) -> bytes:
    """A frame of raw blocks: the format needs no compressor."""
    blocks = [data[at : at + 1024] for at in range(0, len(data), 1024)]
    framed = (
        (len(block) << 3 | (number == len(blocks))).to_bytes(3, "little") + block
        for number, block in enumerate(blocks, 1)
    )
    return zstandard.MAGIC + b"\xa0" + len(data).to_bytes(4, "little") + b"".join(framed)


def test_what_an_upper_layer_takes_away_is_gone() -> None:
    """A file, a folder, all that was in a folder; not what stands in the layer that takes away."""
    tree = _tree(
        {"a/.wh.x": b"", ".wh.folder": b"", "etc/.wh..wh..opq": b"", "etc/new": b"1"},
        {"a/x": b"", "a/y": b"2", "folder/z": b"", "etc/old": b"", "folderless": b"3"},
    )

    assert _seen(tree) == {"a/y": b"2", "etc/new": b"1", "folderless": b"3"}


def test_links_are_followed_within_the_image() -> None:
    """Also in the middle of a path; absolute ones from the image's root; circles end."""
    tree = _tree(
        {
            "usr/lib/os-release": b"ID=x",
            "etc/os-release": (LINK, "../usr/lib/os-release"),
            "lib": (LINK, "/usr/lib"),
            "hard": (HARD, "usr/lib/os-release"),
            "round": (LINK, "round"),
            "out": (LINK, "../../../../etc/passwd"),
        }
    )

    for path in ("etc/os-release", "lib/os-release", "hard"):
        file = tree.find(path)
        assert file is not None
        assert file.bytes() == b"ID=x"
    assert [tree.find(path) for path in ("round", "out", "none", "lib/none")] == [None] * 4


def test_only_what_is_read_is_held() -> None:
    """The rest is known by name and size."""
    tree = _tree({"model.big": b"12345", "status": b"x"})
    file = tree.find("model.big")

    assert file is not None
    assert file.size == 5
    with pytest.raises(OSError, match="not kept"):
        tree.open("model.big")


def test_layers_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or that cannot be unpacked here, or lead out, or never end: said, and what was read stands."""
    tree = _tree({"a": b"1", "../../x": b""})
    tree.add("broken", io.BytesIO(b"nonsense" * 100))
    tree.add("packed", io.BytesIO(b"\x28\xb5\x2f\xfd"))
    monkeypatch.setattr(layers, "MEMBERS", 4)
    tree.add("endless", _layer({str(number): b"" for number in range(9)}))

    assert _gaps(tree) == ["malformed", "malformed", "malformed", "too-large"]
    assert "a" in [one.path for one in tree if isinstance(one, File)]


def test_no_more_is_held_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is said."""
    monkeypatch.setattr(layers, "KEPT", 4)
    tree = _tree({"a": b"123", "b": b"456"})

    assert _gaps(tree) == ["too-large"]


def test_names_of_a_folder() -> None:
    """Files and links, of each layer."""
    tree = _tree({"m/b": b"", "m/n/c": b"", "a": b""}, {"m/l": (LINK, "b")})

    assert [tree.names("m"), tree.names(""), tree.names("none")] == [["b", "l"], ["a"], []]


def test_names_are_shown_with_their_image() -> None:
    """And installed trees are known."""
    file = _tree({"usr/lib/site-packages/x": b""}).find("usr/lib/site-packages/x")

    assert file is not None
    assert (file.at(3), file.inside) == ("i!usr/lib/site-packages/x#L3", "python")
