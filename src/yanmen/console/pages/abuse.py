"""Who is not what they seem: callers by their behaviour, leaked keys, sign-ups and the clusters behind them; and feedback."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import callers as desk
from yanmen.console.desk import leaks, registrations
from yanmen.console.desk.callers import AskedCallerLabel, AskedFound
from yanmen.console.desk.leaks import AskedSightings
from yanmen.console.desk.registrations import AskedClusters, AskedFeedback, AskedJudged, AskedLabelOf
from yanmen.console.pages.frame import Chapter, Visit, done

SHOWN = 20
"""Rows of each table."""


class Abuse(Chapter):
    """The page."""

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            self._frame.route("/abuse", self._show),
            self._frame.action("/abuse/callers/label", self._show, self._label_caller),
            self._frame.action("/abuse/registrations/label", self._show, self._label_registration),
        ]

    def _show(self, visit: Visit) -> Response:
        house, caller = self._house, visit.caller
        suspect = AskedJudged(limit=SHOWN, suspect=True)
        return self._frame.draw(
            visit,
            "abuse.html",
            found=desk.found_callers(house, caller, AskedFound(limit=SHOWN)).found,
            leaked=leaks.leaked_keys(house, caller, AskedSightings(limit=SHOWN)).sightings,
            judged=registrations.judged_registrations(house, caller, suspect).registrations,
            clusters=registrations.registration_clusters(house, caller, AskedClusters(limit=SHOWN)).clusters,
        )

    def _label_caller(self, visit: Visit) -> Response:
        values = {name: visit.form.get(name, "").strip() for name in ("subject", "label", "reason")}
        desk.label_caller(self._house, visit.caller, visit.asked(AskedCallerLabel, values))
        return done("/abuse", "called")

    def _label_registration(self, visit: Visit) -> Response:
        values = {name: visit.form.get(name, "") for name in ("id", "label")}
        given = visit.asked(AskedLabelOf, values)
        registrations.registration_feedback(self._house, visit.caller, AskedFeedback(feedback=[given]))
        return done("/abuse", "judged")
