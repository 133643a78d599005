"""Which system it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.supply.systems import system_of
from yanmen.supply.walk import File, Walk

Lay = Callable[[dict[str, str | bytes]], Path]


def _file(root: Path, path: str) -> File:
    found = Walk(root).find(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("release", "ecosystem"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "Debian:12"),
        ("ID=alpine\nVERSION_ID=3.19.1\n", "Alpine:v3.19"),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', "Ubuntu:22.04:LTS"),
        ('ID=ubuntu\nVERSION_ID="23.10"\n', "Ubuntu:23.10"),
        ('ID="rocky"\nVERSION_ID="9.3"\n', "Rocky Linux:9"),
        ("ID=wolfi\n", "Wolfi"),
        ("ID=debian\nVERSION_CODENAME=sid\n", ""),
        ("ID=homemade\nVERSION_ID=1\n", ""),
        ("nonsense", ""),
    ],
)
def test_the_ecosystem_as_osv_spells_it(lay: Lay, release: str, ecosystem: str) -> None:
    """Below a root folder that need not be the machine's own."""
    root = lay({"rootfs/etc/os-release": release, "rootfs/var/lib/dpkg/status": ""})

    assert system_of(_file(root, "rootfs/var/lib/dpkg/status"), "var/lib/dpkg/status").ecosystem == ecosystem


def test_a_system_is_a_component(lay: Lay) -> None:
    """Where something says which it is."""
    root = lay(
        {
            "usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
            "status": "",
            "a/status": "",
        }
    )
    found = system_of(_file(root, "status"), "status").component()

    assert found is not None
    assert (found.purl, found.facts["kind"], found.where) == (
        "pkg:generic/debian@12",
        "system",
        "usr/lib/os-release",
    )
    assert system_of(_file(root, "a/status"), "status").component() is None
