"""API keys: the list, a new key shown once, replacing and revoking with a question before."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import bans
from yanmen.console.desk import keys as desk
from yanmen.console.desk.keys import AskedKey, AskedRevocation, AskedRotation, NewKey
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Frame, Visit, done
from yanmen.console.rendering import language_of, say

SCOPES = ("call", "guard", "intel", "admin")


class Keyring:
    """The keys."""

    def __init__(self, frame: Frame) -> None:
        """Draw in this frame."""
        self._frame = frame
        self._house = frame.house

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            self._frame.route("/keys", self._list, self._create),
            self._frame.route("/keys/{name}/rotate", self._rotate_plan, self._rotate),
            self._frame.route("/keys/{name}/revoke", self._revoke_plan, self._revoke),
        ]

    def _list(self, visit: Visit) -> Response:
        return self._draw(visit, None)

    def _draw(self, visit: Visit, fresh: NewKey | None) -> Response:
        it = desk.keys(self._house, visit.caller, Nothing())
        standing = bans.standing(self._house, visit.caller, Nothing()).bans
        form = {} if fresh else visit.form
        return self._frame.draw(
            visit, "keys.html", it=it, fresh=fresh, banned={one.subject for one in standing}, form=form
        )

    def _create(self, visit: Visit) -> Response:
        values = {
            "name": visit.form.get("name", "").strip(),
            "tenant": visit.form.get("tenant", "").strip(),
            "days": visit.form.get("days", ""),
            "scopes": [name for name in SCOPES if visit.form.get(f"scope_{name}")],
        }
        return self._draw(visit, desk.create(self._house, visit.caller, visit.asked(AskedKey, values)))

    def _rotate_plan(self, visit: Visit) -> Response:
        return self._confirm(visit, "rotate", lines=[], hours=True)

    def _rotate(self, visit: Visit) -> Response:
        asked = visit.asked(AskedRotation, {"hours": visit.form.get("hours", "")})
        return self._draw(visit, desk.rotate(self._house, visit.caller, visit.name, asked))

    def _revoke_plan(self, visit: Visit) -> Response:
        reason = say(language_of(visit.request), "reason")
        return self._confirm(visit, "revoke", lines=[("reason", reason)], hours=False)

    def _revoke(self, visit: Visit) -> Response:
        asked = visit.asked(AskedRevocation, {"reason": visit.form.get("reason", "").strip()})
        desk.revoke(self._house, visit.caller, visit.name, asked)
        return done("/keys", "revoked")

    def _confirm(self, visit: Visit, what: str, *, lines: list[tuple[str, str]], hours: bool) -> Response:
        language = language_of(visit.request)
        key = desk.get(self._house, visit.name)
        return self._frame.draw(
            visit,
            "confirm.html",
            heading=say(language, f"keys.{what}.title", name=key.name),
            lead=say(language, f"keys.{what}.lead"),
            steps=None,
            hidden={},
            lines=lines,
            hours=hours,
            action=f"/keys/{visit.name}/{what}",
            back="/keys",
            submit=say(language, f"keys.{what}.submit"),
        )
