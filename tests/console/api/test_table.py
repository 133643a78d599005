"""The table of operations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yanmen.console.api.table import OPERATIONS

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_operations_have_names_and_sentences_of_their_own() -> None:
    """No two share a path and method, nor a name."""
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS)
    assert all(one.summary.endswith(".") for one in OPERATIONS)


def test_only_the_operations_for_other_programs_need_less_than_admin() -> None:
    """The guard, reports of what it misjudged, leak reports, and sign-ups."""
    less = {one.path: one.scope for one in OPERATIONS if one.scope != "admin"}

    assert less == {
        "/api/guard/check": "guard",
        "/api/guard/reports": "guard",
        "/api/abuse/challenges": "intel",
        "/api/abuse/challenges/check": "intel",
        "/api/abuse/registrations": "intel",
        "/api/abuse/registrations/feedback": "intel",
        "/api/intel/leaked-keys": "intel",
    }


def test_what_is_asked_is_strict() -> None:
    """A field that nobody knows is an error, in every query and body."""
    assert all(one.asked.__struct_config__.forbid_unknown_fields for one in OPERATIONS)


async def test_what_the_pages_do_the_api_does(scene: Scene) -> None:
    """Every form of the pages has its operation."""
    actions = {
        re.sub(r"^/(bans|keys|incidents|decisions)", r"/api/\1", path)
        for path in ("/bans", "/keys", "/keys/{name}/rotate", "/keys/{name}/revoke", "/decisions/{name}/lift")
    } | {f"/api/incidents/{{name}}/{what}" for what in ("undo", "run", "close", "assign")}

    assert actions <= {one.path for one in OPERATIONS if one.method == "POST"}
