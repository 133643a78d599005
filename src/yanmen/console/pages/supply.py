"""Scans on record, and which components to look at first."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import supply as desk
from yanmen.console.desk.supply import AskedSupply
from yanmen.console.pages.frame import Chapter, Visit, chosen


class Stock(Chapter):
    """The page."""

    def routes(self) -> list[Route]:
        """The only one."""
        return [self._frame.route("/supply", self._show)]

    def _show(self, visit: Visit) -> Response:
        asked = visit.asked(AskedSupply, chosen(visit, "purl"))
        it = desk.supply(self._house, visit.caller, asked)
        return self._frame.draw(visit, "supply.html", it=it, asked=asked)
