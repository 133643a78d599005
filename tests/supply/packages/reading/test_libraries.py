"""Calls of libraries."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


def test_code_within_code_is_read(effects: Effects) -> None:
    """Layer by layer, and each effect says how deep it was."""
    found = effects("import base64\nexec(base64.b64decode(b'aW1wb3J0IG9zCm9zLnN5c3RlbSgndHJ1ZScp'))")

    assert [(one.text, one.layer) for one in found if one.does == "runs-command"] == [("true", 1)]


def test_code_in_commands_is_read(effects: Effects) -> None:
    """Python -c, sh -c, node -e."""
    python = effects(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import os; os.unlink(\"/x\")'])"
    )
    node = effects(
        "require('child_process').spawn('node', ['-e', \"require('fs').unlinkSync('/x')\"])", "npm"
    )

    assert any(one.does == "deletes" for one in python)
    assert any(one.does == "deletes" for one in node)


def test_what_is_posted_is_sent_and_what_is_got_is_received(effects: Effects) -> None:
    """By method, by data."""
    found = effects(
        "import urllib.request as u\nu.urlopen('http://127.0.0.1:9/')\nu.urlopen('http://127.0.0.1:9/', data=b'x')"
    )

    assert [one.does for one in found] == ["receives", "sends"]
