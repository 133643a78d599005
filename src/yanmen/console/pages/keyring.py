"""API keys: the list, a new key shown once, replacing and revoking with a question before."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.desk import keys as desk
from yanmen.console.desk.keys import AskedKey, AskedKeys, AskedRevocation, AskedRotation, NewKey
from yanmen.console.desk.shapes import Nothing
from yanmen.console.pages.frame import Chapter, Visit, chosen, done
from yanmen.console.rendering import language_of, say
from yanmen.core.nouns import Ref

NUMBERS = (
    "requests_per_minute",
    "requests_per_day",
    "tokens_per_minute",
    "tokens_per_day",
    "concurrent",
    "context_tokens",
)
"""The limits that the form offers; the API has all."""
LISTS = ("models", "surfaces", "ips")
"""Fields with several values, separated by commas or spaces."""
SCOPES = ("call", "guard", "intel", "admin")


class Keyring(Chapter):
    """The keys."""

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            self._frame.route("/keys", self._list, self._create),
            self._frame.route("/keys/{name}/rotate", self._rotate_plan, self._rotate),
            self._frame.route("/keys/{name}/collect", self._collect_plan, self._collect),
            self._frame.route("/keys/{name}/revoke", self._revoke_plan, self._revoke),
        ]

    def _list(self, visit: Visit) -> Response:
        return self._draw(visit, None)

    def _draw(self, visit: Visit, fresh: NewKey | None) -> Response:
        listing = visit.request.method == "GET"
        asked = visit.asked(AskedKeys, chosen(visit, "key", "before") if listing else {})
        it = desk.keys(self._house, visit.caller, asked)
        standing, at = self._house.standing(), self._house.clock()
        banned = {key.id for key in it.keys if standing.refusal([Ref(kind="key", id=key.id)], at)}
        form = {} if fresh or listing else visit.form
        return self._frame.draw(
            visit,
            "keys.html",
            it=it,
            fresh=fresh,
            banned=banned,
            form=form,
            part=asked != AskedKeys(),
            numbers=NUMBERS,
        )

    def _create(self, visit: Visit) -> Response:
        values = {
            "name": visit.form.get("name", "").strip(),
            "tenant": visit.form.get("tenant", "").strip(),
            "days": visit.form.get("days", ""),
            "scopes": [name for name in SCOPES if visit.form.get(f"scope_{name}")],
            "team": visit.form.get("team", "").strip(),
            "priority": visit.form.get("priority") or "normal",
            **{name: _listed(visit.form.get(name, "")) for name in LISTS},
            "limits": {
                **{name: visit.form.get(name) or "0" for name in NUMBERS},
                "budgets": _listed(visit.form.get("budgets", "")),
            },
        }
        return self._draw(visit, desk.create(self._house, visit.caller, visit.asked(AskedKey, values)))

    def _rotate_plan(self, visit: Visit) -> Response:
        return self._confirm(visit, "rotate", lines=[], hours=True)

    def _rotate(self, visit: Visit) -> Response:
        asked = visit.asked(AskedRotation, {"hours": visit.form.get("hours", "")})
        return self._draw(visit, desk.rotate(self._house, visit.caller, visit.name, asked))

    def _collect_plan(self, visit: Visit) -> Response:
        return self._confirm(visit, "collect", lines=[], hours=False)

    def _collect(self, visit: Visit) -> Response:
        return self._draw(visit, desk.collect(self._house, visit.caller, visit.name, Nothing()))

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


def _listed(text: str) -> list[str]:
    """The values of a field that has several."""
    return [word for word in text.replace(",", " ").replace("，", " ").split() if word]
