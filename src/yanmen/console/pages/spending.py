"""What calls used and what it cost, and how far budgets are used."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import usage as desk
from yanmen.console.desk.usage import AskedUsage
from yanmen.console.pages.frame import Chapter, Visit, chosen

BY = ("key", "user", "team", "tenant", "model")
DAYS = (1, 7, 30, 90)
"""What the page offers."""


class Spending(Chapter):
    """The page."""

    def routes(self) -> list[Route]:
        """The only one."""
        return [self._frame.route("/usage", self._show)]

    def _show(self, visit: Visit) -> Response:
        asked = visit.asked(AskedUsage, chosen(visit, "by", "days"))
        it = desk.usage(self._house, visit.caller, asked)
        most = max((row.cost or row.tokens_in + row.tokens_out for row in it.rows), default=0)
        return self._frame.draw(visit, "usage.html", it=it, asked=asked, kinds=BY, spans=DAYS, most=most)
