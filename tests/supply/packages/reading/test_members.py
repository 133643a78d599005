"""Members, modules, environments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import os\nos.system(os.environ['AWS_SECRET'])", "wheel"),
        ("from os import environ as e, system\nsystem(e.get('AWS_SECRET'))", "wheel"),
        ("import os\nos.system(os.getenv('AWS_SECRET', ''))", "wheel"),
        ("require('child_process').exec(process.env.AWS_SECRET)", "npm"),
        ("const { AWS_SECRET: s } = process.env; require('child_process').exec(s)", "npm"),
        ("require('child_process').exec(globalThis.process['env']['AWS_SECRET'])", "npm"),
    ],
)
def test_variables_are_known_by_name(code: str, kind: str, effects: Effects) -> None:
    """Whichever way they are read."""
    found = [one for one in effects(code, kind) if one.does == "runs-command"]

    assert "variable:AWS_SECRET" in found[0].tags


def test_what_is_stored_keeps_its_origin(effects: Effects) -> None:
    """A download that is written to a file and then run."""
    found = effects(
        "import urllib.request, os\nurllib.request.urlretrieve('http://127.0.0.1:9/x', '/tmp/prog')\nos.system('/tmp/prog -q')"
    )

    assert any("download:127.0.0.1" in one.tags for one in found if one.does == "runs-command")
