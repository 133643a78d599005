"""dpkg's database."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.debian import Dpkg
from yanmen.supply.targets import Component
from yanmen.supply.walk import Walk

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
STATUS = """
Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl (3.0.11-1)
Version: 3.0.11-1~deb12u2
Depends: libc6 (>= 2.34), debconf | debconf-2.0
Description: x
 Package: hidden

Package: removed
Status: deinstall ok config-files
Version: 1

Package: half
Status: install ok half-configured
Version: 2

Version: nameless
"""


def test_what_is_installed(lay: Lay, ask: Ask) -> None:
    """With its source, as advisories compare it; what was removed is not there."""
    root = lay(
        {
            "r/var/lib/dpkg/status": STATUS,
            "r/etc/os-release": "ID=debian\nVERSION_ID=12\n",
            "status": "Package: x\n",
        }
    )
    found, missed = ask(root, Dpkg())

    assert missed == []
    assert [one.name for one in found] == ["debian", "libssl3", "half"]
    assert found[1].purl == "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"
    assert found[1].ecosystem == "Debian:12"
    assert found[1].facts == {"source": "openssl", "source_version": "3.0.11-1", "arch": "amd64"}
    assert found[1].needs == ("pkg:deb/debian/debconf", "pkg:deb/debian/libc6")
    assert found[2].facts["state"] == "install ok half-configured"


def test_images_without_dpkg(lay: Lay, ask: Ask) -> None:
    """One file for each package."""
    root = lay(
        {
            "var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12\n",
            "var/lib/dpkg/status.d/base.md5sums": "x y\n",
        }
    )

    assert [one.purl for one in ask(root, Dpkg())[0]] == ["pkg:deb/debian/base-files@12"]


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no dpkg here")
def test_the_machine_that_runs_this_is_found_whole() -> None:
    """As dpkg itself lists it."""
    form = "${Package} ${Version} ${source:Package} ${source:Version} ${db:Status-Status}\n"
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True
    ).stdout
    known = {
        tuple(line.split()[:4])
        for line in listed.splitlines()
        if not line.endswith(("config-files", "not-installed"))
    }
    file = Walk(Path("/")).find("var/lib/dpkg/status")

    assert file is not None
    found = [one for one in Dpkg().examined(file) if isinstance(one, Component) and "source" in one.facts]
    assert {
        (one.name, one.version, one.facts["source"], one.facts["source_version"]) for one in found
    } == known
