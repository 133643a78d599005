"""What every page has in common: who looks, the form that came, what went wrong, and where to go next."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from yanmen.console.accounts import Accounts
from yanmen.console.callers import person
from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.protection import BODY_BYTES
from yanmen.console.rendering import Pages, language_of, phrase, say
from yanmen.console.sessions import Sessions
from yanmen.core import foreign
from yanmen.core.errors import YanmenError

FIELDS = 40
"""Fields of one form."""
SAME = {"same-origin", "none", ""}
"""What Sec-Fetch-Site may say of a form that is ours; older browsers say nothing."""
Struct = TypeVar("Struct", bound=msgspec.Struct)


@dataclass
class Visit:
    """One request of a page by somebody who is logged in."""

    request: Request
    caller: Caller
    form: dict[str, str] = field(default_factory=dict)
    """The fields of the form that was sent, or else of the query."""
    problem: YanmenError | None = None

    @property
    def name(self) -> str:
        """The thing the path names."""
        return str(self.request.path_params.get("name", ""))

    def asked(self, wanted: type[Struct], values: Mapping[str, Any]) -> Struct:
        """An operation's parameters from a form's fields; YanmenError says which one is wrong."""
        try:
            return msgspec.convert(values, wanted, strict=False)
        except msgspec.ValidationError as error:
            why, place = foreign.validation(error)
            name = place.removeprefix("$.") or "?"
            raise YanmenError(phrase("invalid", field=name), hint=why) from error


Show = Callable[[Visit], Response]


class Frame:
    """Makes routes of pages."""

    def __init__(self, house: House, sessions: Sessions, accounts: Accounts) -> None:
        """Know who may look."""
        self.house = house
        self.sessions = sessions
        self.accounts = accounts
        self.pages = Pages()

    def route(self, path: str, show: Show, act: Show | None = None) -> Route:
        """A page: ``show`` draws it; ``act`` takes its form, and what it refuses is shown on the page again."""

        async def endpoint(request: Request) -> Response:
            form = await form_of(request) if request.method == "POST" else dict(request.query_params)
            return await run_in_threadpool(self._visit, request, form, show, act)

        return Route(path, endpoint, methods=["GET", "POST"] if act else ["GET"])

    def action(self, path: str, show: Show, act: Show) -> Route:
        """A form's target without a page of its own; ``show`` draws the page the form stands on."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._visit, request, await form_of(request), show, act)

        return Route(path, endpoint, methods=["POST"])

    def draw(self, visit: Visit, template: str, **context: Any) -> HTMLResponse:
        """A page for somebody who is logged in."""
        return self.render(visit.request, template, visit.caller, visit.form, visit.problem, context)

    def render(
        self,
        request: Request,
        template: str,
        caller: Caller | None,
        form: Mapping[str, str],
        problem: YanmenError | None,
        context: Mapping[str, Any],
        status: int = 200,
    ) -> HTMLResponse:
        """A page."""
        now = self.house.clock()
        language = language_of(request)
        done = request.query_params.get("done", "")
        waiting = self.house.store.incidents.count("open") if caller else 0
        given = {
            "caller": caller,
            "acts": caller is not None and caller.may("admin"),
            "form": form,
            "problem": problem,
            "csrf": self.sessions.form_token(request.cookies),
            "now": now,
            "names": {key.id: key.name for key in self.house.store.keys.list()} if caller else {},
            "live": "",
            "live_version": self.house.store.version() if context.get("live") else 0,
            "notice": say(language, f"done.{done}") if done in DONE else "",
            "open_incidents": waiting,
            "mode": (said.name if caller and (said := self.house.standing().mode(now)) else ""),
            "here": here(request),
            **context,
        }
        return self.pages.page(request, template, given, 400 if problem and status == 200 else status)  # noqa: PLR2004

    def failure(self, request: Request, status: int) -> HTMLResponse:
        """The page of an error."""
        language = language_of(request)
        key = str(status) if status in {403, 404, 405, 413, 429, 503} else "500"
        account = self.sessions.account(request.cookies)
        caller = person(account, request) if account and not self.accounts.must_change(account.name) else None
        context = {"heading": say(language, f"error.{key}"), "detail": say(language, f"error.{key}.detail")}
        return self.render(request, "error.html", caller, {}, None, context, status)

    def ours(self, request: Request, form: Mapping[str, str]) -> bool:
        """Whether a form came from one of our own pages, in this session."""
        site = request.headers.get("sec-fetch-site", "")
        return site in SAME and self.sessions.form_is_ours(request.cookies, form.get("csrf", ""))

    def _visit(self, request: Request, form: dict[str, str], show: Show, act: Show | None) -> Response:
        account = self.sessions.account(request.cookies)
        if account is None:
            return self._away(request)
        if self.accounts.must_change(account.name):
            return RedirectResponse("/password", 303)
        visit = Visit(request=request, caller=person(account, request), form=form)
        try:
            return self._answer(visit, show, act)
        except AbsentError:
            return self.failure(request, 404)
        except TimeoutError:
            return self.failure(request, 503)
        except YanmenError as problem:
            visit.problem = problem
            visit.form = {}
            return self.render(request, "error.html", visit.caller, {}, problem, self._refused(request))

    def _answer(self, visit: Visit, show: Show, act: Show | None) -> Response:
        if visit.request.method != "POST" or act is None:
            return show(visit)
        if not self.ours(visit.request, visit.form) or not visit.caller.may("admin"):
            return self.failure(visit.request, 403)
        try:
            return act(visit)
        except AbsentError:
            raise
        except YanmenError as problem:
            visit.problem = problem
            return show(visit)

    def _refused(self, request: Request) -> dict[str, str]:
        language = language_of(request)
        return {"heading": say(language, "error.400"), "detail": say(language, "error.400.detail")}

    def _away(self, request: Request) -> Response:
        """To the login page. A link from elsewhere comes without our strict cookie: the page asks once more, as our own."""
        if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
            return HTMLResponse('<!doctype html><meta http-equiv="refresh" content="0"><title>Yanmen</title>')
        return RedirectResponse(f"/login?next={quote(here(request), safe='/')}", 303)


class Chapter:
    """The pages on one subject."""

    def __init__(self, frame: Frame) -> None:
        """Draw in this frame, of this house."""
        self._frame = frame
        self._house = frame.house


def chosen(visit: Visit, *names: str) -> dict[str, str]:
    """What of a list was asked for, by the names of its parameters; what was left empty was not asked."""
    return {name: visit.form[name] for name in names if visit.form.get(name)}


DONE = frozenset(
    (
        "closed assigned undone ran lifted excepted banned "
        "revoked password labelled reported promoted rolledback switched switchback called judged"
    ).split()
)
"""What a page may say was done, as its address tells it; a closed list, so that an address cannot put words into a page."""


def done(path: str, word: str) -> Response:
    """Go to a page, which says what was done."""
    return RedirectResponse(f"{path}?done={word}", 303)


def here(request: Request) -> str:
    """The path and query of a page, for coming back to it."""
    path = request.url.path if request.method == "GET" else "/"
    query = request.url.query if request.method == "GET" else ""
    return local(f"{path}?{query}" if query else path)


def local(target: str) -> str:
    """A path on this console, or ``/`` where the text is anything else."""
    parts = urlsplit(target)
    plain = (
        target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    )
    return target if plain and not parts.netloc and not parts.scheme else "/"


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, within bounds; a form that is not readable has none, and so no token."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > BODY_BYTES:
                return {}
            parts.append(part)
        pairs = parse_qsl(
            b"".join(parts).decode("ascii", "replace"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=FIELDS,
        )
    except (ClientDisconnect, ValueError):
        return {}
    return dict(pairs)


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


Endpoint = Callable[[Request], Awaitable[Response]]
