"""Opening packages from where they lie."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.packages.opening import (
    environment,
    installed,
    looks_like_package,
    node_module,
    node_modules,
    open_package,
    tree,
)
from yanmen.supply.packages.package import Package


def _wheel(path: Path, name: str = "inert") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.dist-info/METADATA", f"Name: {name}\nVersion: 1\nSummary: s\n")
        archive.writestr(f"{name}/__init__.py", "x = 1")
    return path


def test_a_wheel_is_known_by_its_content(tmp_path: Path) -> None:
    """Whatever its name is; another name inside is noted."""
    package = open_package(_wheel(tmp_path / "other-1-py3-none-any.whl"))

    assert isinstance(package, Package)
    assert (package.kind, package.name) == ("wheel", "inert")
    assert [note.what for note in package.notes] == ["other-name"]
    assert looks_like_package(_wheel(tmp_path / "x.bin"))


def test_what_is_none_or_broken_is_unexamined(tmp_path: Path) -> None:
    """Never nothing."""
    for data, reason in (
        (b"text", "unsupported"),
        (b"PK\x03\x04broken", "unreadable"),
        (b"\x1f\x8bbroken", "unreadable"),
    ):
        path = tmp_path / "x"
        path.write_bytes(data)
        found = open_package(path)

        assert isinstance(found, Unexamined)
        assert found.reason == reason
        assert not looks_like_package(path)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "x")

    assert isinstance(open_package(link), Unexamined)


def test_an_environment_is_read_by_its_records(tmp_path: Path) -> None:
    """And what starts with Python and belongs to nobody is a package of its own."""
    info = tmp_path / "inert-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: inert\nVersion: 1\n")
    (info / "RECORD").write_text("inert.py,,\n../../bin/x,,\ngone.py,,\n")
    (tmp_path / "inert.py").write_text("x = 1")
    (tmp_path / "stray.pth").write_text("import os")
    first, second = environment(tmp_path)

    assert isinstance(first, Package)
    assert set(first.members) == {"inert.py"}
    assert isinstance(second, Package)
    assert set(second.members) == {"stray.pth"}
    assert isinstance(installed(tmp_path / "none.dist-info"), Unexamined)


def test_folders_of_node(tmp_path: Path) -> None:
    """Scopes, packages within packages; one without package.json is unexamined."""
    for name in ("a", "@s/b", "a/node_modules/c"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(f'{{"name": "{name}", "version": "1"}}')
    names = [one.name for one in node_modules(tmp_path) if isinstance(one, Package)]

    assert sorted(names) == ["@s/b", "a", "a/node_modules/c"]
    assert isinstance(node_module(tmp_path), Unexamined)


def test_a_source_tree(tmp_path: Path) -> None:
    """Named for its metadata, else for its folder; links are noted, not followed."""
    (tmp_path / "setup.py").write_text("x")
    (tmp_path / "out").symlink_to("/etc/passwd")
    package = tree(tmp_path)

    assert isinstance(package, Package)
    assert set(package.members) == {"setup.py"}
    assert [note.what for note in package.notes] == ["link"]


def test_a_tarball_of_npm(tmp_path: Path) -> None:
    """The folder that archives put around everything is taken off."""
    path = tmp_path / "x.tgz"
    with tarfile.open(path, "w:gz") as archive:
        data = b'{"name": "a", "version": "1"}'
        info = tarfile.TarInfo("package/package.json")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    package = open_package(path)

    assert isinstance(package, Package)
    assert (package.ecosystem, package.kind, set(package.members)) == ("npm", "npm", {"package.json"})


def test_a_member_that_leaves_its_folder_does_not_hide_a_package(tmp_path: Path) -> None:
    """A source distribution is one, whatever else lies beside its folder."""
    path = tmp_path / "evil-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in (
            ("../../x.py", b"1"),
            ("evil-1.0/PKG-INFO", b"Name: evil\nVersion: 1.0\n"),
            ("evil-1.0/evil.py", b"2"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    package = open_package(path)

    assert looks_like_package(path)
    assert isinstance(package, Package)
    assert (package.name, package.version, "evil.py" in package.members) == ("evil", "1.0", True)
    assert [note.what for note in package.notes] == ["traversal"]
