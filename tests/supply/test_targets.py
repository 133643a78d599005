"""Components, and files that are read in pieces."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yanmen.supply.targets import Artifact, Component


def test_a_component_is_named_by_its_package_url() -> None:
    """As other rooms say it, and a ban."""
    component = Component(purl="pkg:pypi/jinja2@3.1.6", ecosystem="PyPI", name="jinja2", version="3.1.6")

    assert (component.ref.kind, component.ref.id) == ("pkg", "pypi/jinja2@3.1.6")
    assert str(component.ref) == component.purl


def test_a_file_is_read_in_pieces_by_readers_of_their_own(tmp_path: Path) -> None:
    """Two readers do not move each other."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"0123456789")
    artifact = Artifact.of(path, "models/a.bin")

    with artifact.open() as one, artifact.open() as two:
        assert (one.read(3), two.read(2), one.read(1)) == (b"012", b"01", b"3")
    assert (artifact.size, artifact.read(8, 5)) == (10, b"89")
    assert artifact.name == "models/a.bin"
    assert Artifact.held("x", b"abc").read(1, 1) == b"b"


def test_links_and_pipes_are_no_files(tmp_path: Path) -> None:
    """Whoever opens them would read something else, or wait for ever."""
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")

    for name in ("link", "pipe"):
        with pytest.raises(OSError, match=r".+"):
            Artifact.of(tmp_path / name)
