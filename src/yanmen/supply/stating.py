"""A vulnerability of a scan as a VEX statement: what a person answered, what the code gets to, or that nobody knows yet."""

from __future__ import annotations

import msgspec

from yanmen.core.clock import DAY
from yanmen.intel.advisories import Hit
from yanmen.supply.assessed import Assessed, Path
from yanmen.supply.vex import Statement, Statements
from yanmen.supply.vex.statement import Product, product

AUTHOR = "yanmen"
"""Of what no person said."""


def stated(
    assessed: Assessed, hit: Hit, answer: Statement | None, statements: Statements, at: int
) -> Statement:
    """Of one vulnerability of a component.

    Only a person's ``answer`` says that it does not matter; that nothing reaches the code is handed on as being looked into.
    """
    products = _products(assessed.component.purl, statements)
    if answer is not None:
        return msgspec.structs.replace(
            answer,
            vulnerability=hit.id,
            aliases=hit.aliases,
            products=products,
            expires=statements.until(answer),
        )
    path = assessed.paths.get(hit.id, Path())
    reached = path.state in {"called", "imported"}
    upgrade = f"Upgrade to {' or '.join(hit.fixed[:3])}." if hit.fixed else "No fixed version is known."
    return Statement(
        vulnerability=hit.id,
        aliases=hit.aliases,
        products=products,
        status="affected" if reached else "under_investigation",
        impact=_seen(path),
        action=upgrade if reached else "",
        author=AUTHOR,
        at=at,
        expires=at + statements.days * DAY,
    )


def _products(purl: str, statements: Statements) -> tuple[Product, ...]:
    """The component within each product that the project is; by itself where nobody says what that is called."""
    found = [product(purl, within=name) for name in sorted(statements.products)] or [product(purl)]
    return tuple(one for one in found if one is not None)


def _seen(path: Path) -> str:
    """What reachability says, in a sentence."""
    if path.state == "installed-only":
        return "It is installed, and nothing that was read of the project imports it."
    if path.state in {"called", "imported"}:
        return f"The project's code gets to it ({path.state}): {' -> '.join(path.steps[:4])}"
    return ""
