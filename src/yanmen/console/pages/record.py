"""The record: events as they were written, and the checkpoint."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import events as desk
from yanmen.console.desk.events import AskedEvents
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Chapter, Visit, chosen

FILTERS = ("kind", "before")


class Record(Chapter):
    """Events and the checkpoint."""

    def routes(self) -> list[Route]:
        """Both pages."""
        return [self._frame.route("/record", self._list), self._frame.route("/record/{name}", self._one)]

    def _list(self, visit: Visit) -> Response:
        wanted = chosen(visit, *FILTERS)
        it = desk.events(self._house, visit.caller, visit.asked(AskedEvents, wanted))
        audit = desk.audit(self._house, visit.caller, Nothing())
        kept = urlencode({"kind": wanted["kind"]}) + "&" if "kind" in wanted else ""
        live = "" if "before" in wanted else "list"
        return self._frame.draw(visit, "record.html", it=it, audit=audit, query=kept, live=live)

    def _one(self, visit: Visit) -> Response:
        it = desk.event(self._house, visit.caller, visit.name)
        return self._frame.draw(visit, "event.html", it=it, links=links(it.data))


def links(data: dict[str, Any]) -> list[str]:
    """Ids in an event that have a page of their own."""
    found: list[str] = []
    for name in ("decision", "shadow", "incident", "action"):
        value = data.get(name)
        made = value.get("id") if isinstance(value, dict) else value
        if isinstance(made, str):
            found.append(f"incident:{made}" if made.startswith("inc_") else made)
    return [one for one in dict.fromkeys(found) if one.startswith(("dec_", "incident:inc_"))]
