"""What an analyst looks at first: how things stand, and incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.chart import total
from yanmen.console.desk import incidents as desk
from yanmen.console.desk.incidents import (
    AskedAssign,
    AskedClose,
    AskedIncidents,
    AskedRun,
    AskedUndo,
    IncidentShape,
    MomentShape,
    PlaybookShape,
)
from yanmen.console.desk.overview import overview
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Chapter, Visit, done
from yanmen.console.rendering import language_of, moment, say
from yanmen.core.errors import YanmenError
from yanmen.soc import Facts, facts_of

FIRST, LAST = 2, 6
"""Lines of a timeline shown at once: of its beginning, and of its end, where the response stands."""
STATUSES = ("open", "contained", "closed")


class Watch(Chapter):
    """The overview and the incidents."""

    def routes(self) -> list[Route]:
        """All of them."""
        route, action = self._frame.route, self._frame.action
        return [
            route("/", self._overview),
            route("/incidents", self._list),
            route("/incidents/{name}", self._one),
            route("/incidents/{name}/undo", self._undo_plan, self._undo),
            route("/incidents/{name}/run", self._run_plan, self._run),
            action("/incidents/{name}/close", self._one, self._close),
            action("/incidents/{name}/assign", self._one, self._assign),
        ]

    def _overview(self, visit: Visit) -> Response:
        it = overview(self._house, visit.caller, Nothing())
        calls = sum(total(one) for one in it.minutes)
        return self._frame.draw(
            visit, "overview.html", it=it, calls=calls, live="headline policy incidents traffic doors"
        )

    def _list(self, visit: Visit) -> Response:
        status = visit.form.get("status", "")
        status = status if status in STATUSES else ""
        before = visit.form.get("before", "")
        chosen = {name: value for name, value in (("status", status), ("before", before)) if value}
        asked = visit.asked(AskedIncidents, chosen)
        it = desk.incidents(self._house, visit.caller, asked)
        return self._frame.draw(visit, "incidents.html", it=it, status=status, live="" if before else "list")

    def _one(self, visit: Visit) -> Response:
        it = desk.incident(self._house, visit.caller, visit.name)
        known = facts_of(desk.get(self._house, visit.name))
        books, problem = self._books(visit)
        language = language_of(visit.request)
        before, between, after = folded(it.timeline)
        return self._frame.draw(
            visit,
            "incident.html",
            it=it,
            before=before,
            between=between,
            after=after,
            books=books,
            titles={book.name: book.title.say(language) for book in books},
            standing=any(not action.undone for action in it.actions),
            facts=counted(known),
            tallies=tallies(known),
            problem=problem,
            live="headline done timeline facts",
        )

    def _books(self, visit: Visit) -> tuple[list[PlaybookShape], YanmenError | None]:
        """The playbooks; where a file of them is bad the incident is shown all the same, and what is wrong is said."""
        try:
            return desk.playbooks(self._house, visit.caller, Nothing()).playbooks, visit.problem
        except YanmenError as bad:
            return [], visit.problem or bad

    def _undo_plan(self, visit: Visit) -> Response:
        it = desk.incident(self._house, visit.caller, visit.name)
        plan = desk.undo(self._house, visit.caller, visit.name, AskedUndo(dry_run=True))
        return self._confirm(visit, it, "undo", plan.steps, {})

    def _undo(self, visit: Visit) -> Response:
        desk.undo(self._house, visit.caller, visit.name, AskedUndo())
        return done(f"/incidents/{visit.name}", "undone")

    def _run_plan(self, visit: Visit) -> Response:
        it = desk.incident(self._house, visit.caller, visit.name)
        asked = visit.asked(AskedRun, {"playbook": visit.form.get("playbook", ""), "dry_run": True})
        plan = desk.run(self._house, visit.caller, visit.name, asked)
        return self._confirm(visit, it, "run", plan.steps, {"playbook": asked.playbook})

    def _run(self, visit: Visit) -> Response:
        asked = visit.asked(AskedRun, {"playbook": visit.form.get("playbook", "")})
        desk.run(self._house, visit.caller, visit.name, asked)
        return done(f"/incidents/{visit.name}", "ran")

    def _confirm(
        self, visit: Visit, it: IncidentShape, what: str, steps: Any, hidden: dict[str, str]
    ) -> Response:
        language = language_of(visit.request)
        return self._frame.draw(
            visit,
            "confirm.html",
            heading=say(language, f"confirm.{what}"),
            lead=it.line.title.say(language),
            steps=steps,
            hidden=hidden,
            lines=[],
            hours=False,
            action=f"/incidents/{visit.name}/{what}",
            back=f"/incidents/{visit.name}",
            submit=say(language, f"confirm.{what}.submit"),
        )

    def _close(self, visit: Visit) -> Response:
        asked = visit.asked(AskedClose, {"reason": visit.form.get("reason", "").strip()})
        desk.close(self._house, visit.caller, visit.name, asked)
        return done(f"/incidents/{visit.name}", "closed")

    def _assign(self, visit: Visit) -> Response:
        asked = visit.asked(AskedAssign, {"owner": visit.form.get("owner", "").strip()})
        desk.assign(self._house, visit.caller, visit.name, asked)
        return done(f"/incidents/{visit.name}", "assigned")


def folded(timeline: Sequence[MomentShape]) -> tuple[Sequence[MomentShape], ...]:
    """A timeline as it begins, what lies between (shown on demand), and as it ends."""
    if len(timeline) <= FIRST + LAST + 1:
        return timeline, (), ()
    return timeline[:FIRST], timeline[FIRST:-LAST], timeline[-LAST:]


def counted(facts: Facts) -> list[tuple[str, Any]]:
    """The numbers of an incident worth a line, with the keys of their names."""
    calls = facts.calls
    said: list[tuple[str, Any]] = [("facts.seen", f"{facts.seen:,}")]
    if facts.first:
        said += [("facts.first", moment(facts.first)), ("facts.last", moment(facts.last))]
    if calls.total:
        said += [
            ("facts.answered", f"{calls.answered:,}"),
            ("facts.refused", f"{calls.refused + calls.stopped:,}"),
            ("facts.failed", f"{calls.failed:,}"),
        ]
    return said


def tallies(facts: Facts) -> list[tuple[str, list[tuple[str, int]]]]:
    """What was counted apart: rules, places, addresses, models; the most frequent first, six of each."""
    groups = [
        ("facts.rules", facts.rules),
        ("facts.callers" if facts.subject.startswith("campaign:") else "facts.places", facts.places),
        ("facts.ips", facts.calls.ips),
        ("facts.models", facts.calls.models),
    ]
    return [
        (name, sorted(counts.items(), key=lambda item: -item[1])[:6]) for name, counts in groups if counts
    ]
