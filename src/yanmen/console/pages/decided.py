"""What was decided, what would have been, and what stands: decisions, the report, bans and exceptions."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import bans as desk_bans
from yanmen.console.desk import decisions as desk
from yanmen.console.desk.bans import AskedBan, AskedStanding
from yanmen.console.desk.decisions import AskedDecisions, AskedException, AskedLift
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Chapter, Visit, chosen, done
from yanmen.console.rendering import language_of, say

FILTERS = ("verdict", "shadow", "subject", "before")
STANDING = ("bans_before", "exceptions_before")


class Decided(Chapter):
    """Decisions, the report, bans and exceptions."""

    def routes(self) -> list[Route]:
        """All of them."""
        route, action = self._frame.route, self._frame.action
        return [
            route("/decisions", self._list),
            route("/decisions/{name}", self._one),
            action("/decisions/{name}/lift", self._one, self._lift),
            action("/decisions/{name}/except", self._one, self._except),
            route("/report", self._report, self._allow),
            route("/bans", self._bans, self._ban),
        ]

    def _list(self, visit: Visit) -> Response:
        wanted = chosen(visit, *FILTERS)
        it = desk.decisions(self._house, visit.caller, visit.asked(AskedDecisions, wanted))
        kept = urlencode({name: value for name, value in wanted.items() if name != "before"})
        live = "" if "before" in wanted else "list"
        return self._frame.draw(visit, "decisions.html", it=it, query=f"{kept}&" if kept else "", live=live)

    def _one(self, visit: Visit) -> Response:
        it = desk.decision(self._house, visit.caller, visit.name)
        return self._frame.draw(visit, "decision.html", it=it)

    def _lift(self, visit: Visit) -> Response:
        asked = visit.asked(AskedLift, {"reason": visit.form.get("reason", "").strip()})
        desk.lift(self._house, visit.caller, visit.name, asked)
        return done(f"/decisions/{visit.name}", "lifted")

    def _except(self, visit: Visit) -> Response:
        self._make(visit, visit.name, visit.form.get("reason", "").strip())
        return done("/bans", "excepted")

    def _report(self, visit: Visit) -> Response:
        it = desk.report(self._house, visit.caller, Nothing())
        return self._frame.draw(visit, "report.html", it=it, live="list")

    def _allow(self, visit: Visit) -> Response:
        self._make(visit, visit.form.get("decision", ""), say(language_of(visit.request), "report.reason"))
        return done("/report", "excepted")

    def _make(self, visit: Visit, decision: str, reason: str) -> None:
        values = {
            "decision": decision,
            "scope": visit.form.get("scope", ""),
            "days": visit.form.get("days", ""),
            "reason": reason,
            "whole_rule": visit.form.get("whole_rule", "false"),
        }
        desk.make_exception(self._house, visit.caller, visit.asked(AskedException, values))

    def _bans(self, visit: Visit) -> Response:
        listing = visit.request.method == "GET"
        wanted = chosen(visit, *STANDING) if listing else {}
        it = desk_bans.standing(self._house, visit.caller, visit.asked(AskedStanding, wanted))
        return self._frame.draw(visit, "bans.html", it=it, wanted=wanted, live="" if wanted else "list")

    def _ban(self, visit: Visit) -> Response:
        subject, kind = visit.form.get("subject", "").strip(), visit.form.get("kind", "")
        if subject and not subject.startswith((f"{kind}:", "ym_")):
            subject = f"{kind}:{subject}"
        values = {
            "subject": subject,
            "lasts": visit.form.get("lasts", ""),
            "reason": visit.form.get("reason", "").strip(),
            "force": visit.form.get("force", "false"),
        }
        desk_bans.ban(self._house, visit.caller, visit.asked(AskedBan, values))
        return done("/bans", "banned")
