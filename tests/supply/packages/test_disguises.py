"""Places that nobody is meant to read."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.disguises import disguises
from yanmen.supply.packages.reading.effects import Trigger


@pytest.mark.parametrize(
    ("kind", "language", "data"),
    [
        ("off-screen", "python", b"x = 1" + b" " * 200 + b";import os\n"),
        ("invisible", "python", b"x = '" + "\u200b\u200c".encode() * 20 + b"'\n"),
        ("bidi", "node", "a = '\u202e'".encode()),
        ("obfuscator", "node", b";".join(b"_0x%04x" % place for place in range(30))),
        ("obfuscator", "python", b"=1\n".join(b"Il" * 6 + b"I" * place for place in range(30)) + b"=1"),
    ],
)
def test_each_kind_is_found(kind: str, language: str, data: bytes) -> None:
    """With its line."""
    found = list(disguises("x", data, Trigger.IMPORT, language))

    assert [one.kind for one in found] == [kind]
    assert found[0].line >= 1


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n" * 50,
        b"a" + b" " * 200 + b"# comment\n",
        "名 = '雁门'\n".encode(),
        b"1" * 900 + b";" + b"x" * 900,
    ],
)
def test_ordinary_source_is_not(data: bytes) -> None:
    """Comments far out, other alphabets, minified lines."""
    assert list(disguises("x", data, Trigger.IMPORT, "node")) == []
