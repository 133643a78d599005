"""apk's database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.alpine import Apk
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
INSTALLED = """
C:Q1AAAA
P:libcrypto3
V:3.1.4-r1
A:x86_64
L:Apache-2.0
o:openssl
D:musl>=1.2 so:libc.musl-x86_64.so.1 !conflict
p:so:libcrypto.so.3=3
F:lib
R:libcrypto.so.3
Z:Q1BBBB

P:musl
V:1.2.4-r2

V:nameless
"""


def test_what_is_installed(lay: Lay, ask: Ask) -> None:
    """With its origin, as advisories compare it."""
    root = lay(
        {
            "lib/apk/db/installed": INSTALLED,
            "etc/os-release": "ID=alpine\nVERSION_ID=3.19.0\n",
            "x/installed": "P:x\n",
        }
    )
    found, missed = ask(root, Apk())

    assert missed == []
    assert [one.name for one in found] == ["alpine", "libcrypto3", "musl"]
    assert found[1].purl == "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.19.0"
    assert (found[1].ecosystem, found[1].licences, found[1].hashes) == (
        "Alpine:v3.19",
        ("Apache-2.0",),
        {"sha1": "000000"},
    )
    assert found[1].needs == ("pkg:apk/alpine/musl",)
    assert found[1].facts["source"] == "openssl"
    assert found[2].facts["source"] == "musl"
