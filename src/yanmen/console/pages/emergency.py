"""The emergency plan: which mode is in force, switching it with a reason, and taking a switch back."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import modes as desk
from yanmen.console.desk.modes import AskedBack, AskedSwitch
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Chapter, Visit, done
from yanmen.console.rendering import language_of, say

LENGTHS = (1_800, 7_200, 28_800, 86_400, 604_800)
"""Seconds that the form offers."""


class Emergency(Chapter):
    """The page of the modes."""

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            self._frame.route("/modes", self._list, self._switch),
            self._frame.route("/modes/{name}/undo", self._plan, self._undo),
        ]

    def _list(self, visit: Visit) -> Response:
        it = desk.modes(self._house, visit.caller, Nothing())
        form = visit.form if visit.problem else {}
        return self._frame.draw(visit, "modes.html", it=it, form=form, lengths=LENGTHS)

    def _switch(self, visit: Visit) -> Response:
        names = ("mode", "reason", "lasts")
        values = {name: visit.form.get(name, "").strip() for name in names}
        desk.switch_mode(self._house, visit.caller, visit.asked(AskedSwitch, values))
        return done("/modes", "switched")

    def _plan(self, visit: Visit) -> Response:
        language = language_of(visit.request)
        return self._frame.draw(
            visit,
            "confirm.html",
            heading=say(language, "modes.undo.title"),
            lead=say(language, "modes.undo.lead"),
            steps=None,
            hidden={},
            lines=[("reason", say(language, "reason"))],
            hours=False,
            action=f"/modes/{visit.name}/undo",
            back="/modes",
            submit=say(language, "modes.undo.submit"),
        )

    def _undo(self, visit: Visit) -> Response:
        asked = visit.asked(AskedBack, {"reason": visit.form.get("reason", "").strip()})
        desk.undo_switch(self._house, visit.caller, visit.name, asked)
        return done("/modes", "switchback")
