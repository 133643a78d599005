"""Words without which a file is not read."""

from __future__ import annotations

from yanmen.supply.packages.reading.signs import COINS, PYTHON, SCRIPT


def test_signs() -> None:
    """What acts has one; plain functions have none."""
    assert PYTHON.search(b"import subprocess")
    assert SCRIPT.search(b"location.replace('x')")
    assert COINS.search(b"const mnemonic = 1")
    assert not PYTHON.search(b"def add(a, b):\n    return a + b")
    assert not SCRIPT.search(b"exports.add = (a, b) => a + b;")
