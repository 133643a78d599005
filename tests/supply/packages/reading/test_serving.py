"""Functions that a server calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.serving import asked, decorates, is_route
from yanmen.supply.packages.reading.values import Value

Rules = Callable[..., set[str]]


def test_routes_are_methods_with_a_path() -> None:
    """``app.get("/x")``; not ``table.get("x")``."""
    assert is_route("get", [Value("/x")])
    assert not is_route("get", [Value("x")])
    assert not decorates("route()", [Value("/x")])
    assert all("request" in one.tags for one in asked())


@pytest.mark.parametrize(
    "code",
    [
        "import os\ndef mount(app):\n    @app.get('/h')\n    def h(c: str = ''):\n        return os.popen(c).read()",
        (
            "import subprocess\n"
            "def mount(app):\n    @app.websocket('/w')\n    async def w(s):\n"
            "        subprocess.run(await s.receive_text(), shell=True)"
        ),
    ],
)
def test_a_route_that_runs_what_it_is_asked(code: str, rules_of: Rules) -> None:
    """Whatever the application is."""
    assert "opens-shell" in rules_of(code, high=True)
