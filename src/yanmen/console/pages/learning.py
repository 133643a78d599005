"""What the guard learns from, and what it learnt: the review queue, the versions of the model, campaigns."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from yanmen.console.desk import campaigns as desk_campaigns
from yanmen.console.desk import models as desk_models
from yanmen.console.desk import reviews as desk
from yanmen.console.desk.campaigns import AskedCampaigns
from yanmen.console.desk.models import AskedRollback
from yanmen.console.desk.reviews import AskedLabel, AskedReport, AskedReviews
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Frame, Visit, done
from yanmen.soc.reviews import CLASSES

FILTERS = ("state", "source", "quarantined")
STATES = ("open", "attack", "benign", "skip")
ON_A_PAGE = "20"


class Learning:
    """The queue, the models, the campaigns."""

    def __init__(self, frame: Frame) -> None:
        """Draw in this frame."""
        self._frame = frame
        self._house = frame.house

    def routes(self) -> list[Route]:
        """All of them."""
        route, action = self._frame.route, self._frame.action
        return [
            route("/reviews", self._queue, self._report),
            action("/reviews/{name}/label", self._queue, self._label),
            route("/models", self._models),
            action("/models/{name}/promote", self._models, self._promote),
            action("/models/rollback", self._models, self._rollback),
            route("/campaigns", self._campaigns),
        ]

    def _queue(self, visit: Visit) -> Response:
        chosen = _chosen(visit)
        state = chosen.get("state", "open")
        values = {name: value for name, value in chosen.items() if name != "state"}
        if state != "all":
            values["state"] = state
        if visit.request.method == "GET" and visit.form.get("before"):
            values["before"] = visit.form["before"]
        it = desk.reviews(
            self._house, visit.caller, visit.asked(AskedReviews, {**values, "limit": ON_A_PAGE})
        )
        return self._frame.draw(
            visit,
            "reviews.html",
            it=it,
            state=state,
            chosen=chosen,
            query=urlencode(chosen),
            classes=CLASSES,
            event=visit.form.get("event", ""),
        )

    def _report(self, visit: Visit) -> Response:
        values = {name: visit.form.get(name, "") for name in ("label", "class", "channel", "event")}
        values["text"] = visit.form.get("text", "").replace("\r\n", "\n")
        values["note"] = visit.form.get("note", "").strip()
        desk.report_text(self._house, visit.caller, visit.asked(AskedReport, values))
        return done("/reviews", "reported")

    def _label(self, visit: Visit) -> Response:
        values = {"label": visit.form.get("label", ""), "class": visit.form.get("class", "")}
        desk.label_review(self._house, visit.caller, visit.name, visit.asked(AskedLabel, values))
        return RedirectResponse(f"/reviews?{urlencode({**_chosen(visit), 'done': 'labelled'})}", 303)

    def _models(self, visit: Visit) -> Response:
        it = desk_models.models(self._house, visit.caller, Nothing())
        known = {one.version: one for one in self._house.store.models.list()}
        ready = {name for name, one in known.items() if desk_models.promotable(one, it.active)}
        return self._frame.draw(visit, "models.html", it=it, ready=ready, live="list")

    def _promote(self, visit: Visit) -> Response:
        desk_models.promote_model(self._house, visit.caller, visit.name, Nothing())
        return done("/models", "promoted")

    def _rollback(self, visit: Visit) -> Response:
        asked = visit.asked(AskedRollback, {"reason": visit.form.get("reason", "").strip()})
        desk_models.rollback_model(self._house, visit.caller, asked)
        return done("/models", "rolledback")

    def _campaigns(self, visit: Visit) -> Response:
        before = visit.form.get("before", "")
        asked = visit.asked(AskedCampaigns, {"before": before, "limit": ON_A_PAGE})
        it = desk_campaigns.campaigns(self._house, visit.caller, asked)
        return self._frame.draw(visit, "campaigns.html", it=it, live="" if before else "list")


def _chosen(visit: Visit) -> dict[str, str]:
    """The filters of the queue that were chosen, as they stand in its address."""
    return {name: visit.form[name] for name in FILTERS if visit.form.get(name)}
