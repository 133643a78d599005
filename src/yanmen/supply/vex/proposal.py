"""What reachability has to say of an advisory, as a statement that a person may take up. Nothing is set by it."""

from __future__ import annotations

from collections.abc import Sequence

from yanmen.core.clock import DAY
from yanmen.supply.reach import Reached
from yanmen.supply.vex.statement import DAYS, Statement, product


def proposed(
    reached: Reached, purl: str, ids: Sequence[str], *, at: int, author: str, days: int = DAYS
) -> Statement | None:
    """That the code is not in the path of execution, where it is installed and nothing imports it; else nothing."""
    found = product(purl)
    if reached.state != "installed-only" or found is None or not ids:
        return None
    return Statement(
        vulnerability=ids[0],
        aliases=tuple(ids[1:]),
        products=(found,),
        status="not_affected",
        justification="vulnerable_code_not_in_execute_path",
        impact=reached.why.en,
        author=author,
        at=at,
        expires=at + days * DAY,
    )
