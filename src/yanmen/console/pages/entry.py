"""The way in and out: login, the first change of password, logout, and the choice of language."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from yanmen.console.accounts import BusyError
from yanmen.console.callers import address_of, person
from yanmen.console.pages.frame import Frame, form_of, local, same
from yanmen.console.rendering import LANGUAGE_COOKIE, phrase
from yanmen.console.throttle import Throttle
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.language import LANGUAGES
from yanmen.core.nouns import Event, Ref
from yanmen.core.redaction import visible
from yanmen.store import Account

BUSY_SECONDS = 5
"""After which somebody who came when too many logged in may try again."""
YEAR = 365 * 86_400


class Entry:
    """Pages that are open to whoever is not logged in yet."""

    def __init__(self, frame: Frame, throttle: Throttle) -> None:
        """Let people in, not too many tries at a time."""
        self._frame = frame
        self._throttle = throttle

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/login", self._login, methods=["GET", "POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/password", self._password, methods=["GET", "POST"]),
            Route("/language/{tongue}", self._language, methods=["GET"]),
        ]

    async def _login(self, request: Request) -> Response:
        form = (
            await form_of(request)
            if request.method == "POST"
            else {"next": request.query_params.get("next", "/")}
        )
        if request.method == "POST":
            return await run_in_threadpool(self._let_in, request, form)
        return await run_in_threadpool(self._door, request, form, None, 200)

    def _let_in(self, request: Request, form: dict[str, str]) -> Response:
        frame = self._frame
        if not frame.ours(request, form):
            return self._door(request, form, YanmenError(phrase("login.stale")), 403)
        name, address = form.get("name", "")[:100].strip(), address_of(request)
        if seconds := self._throttle.wait(address, name):
            return self._later(request, form, seconds)
        try:
            account = frame.accounts.check(name, form.get("password", ""))
        except BusyError:
            self._throttle.forgive(address, name)
            return self._later(request, form, BUSY_SECONDS)
        self._note("login.accepted" if account else "login.refused", name, address)
        if account is None:
            return self._door(request, form, YanmenError(phrase("login.wrong")), 401)
        self._throttle.forgive(address, name)
        forced = frame.accounts.must_change(account.name)
        response = RedirectResponse("/password" if forced else local(form.get("next", "/")), 303)
        frame.sessions.end(request, response)
        frame.sessions.begin(response, account)
        return response

    def _later(self, request: Request, form: dict[str, str], seconds: int) -> Response:
        """Come again after so many seconds; no password was looked at."""
        response = self._door(request, form, YanmenError(phrase("login.wait", seconds=seconds)), 429)
        response.headers["retry-after"] = str(seconds)
        return response

    def _door(
        self, request: Request, form: dict[str, str], problem: YanmenError | None, status: int
    ) -> Response:
        frame = self._frame
        if problem is None and frame.sessions.account(request.cookies):
            return RedirectResponse(local(form.get("next", "/")), 303)
        visitor = frame.sessions.greet(request)
        if visitor:
            request.cookies[frame.sessions.visitor] = visitor
        shown = {"name": form.get("name", ""), "next": local(form.get("next", "/"))}
        response = frame.render(request, "login.html", None, shown, problem, {}, status)
        if visitor:
            frame.sessions.mark(response, visitor)
        return response

    async def _logout(self, request: Request) -> Response:
        return await run_in_threadpool(self._let_out, request, await form_of(request))

    def _let_out(self, request: Request, form: dict[str, str]) -> Response:
        if not self._frame.ours(request, form):
            return self._frame.failure(request, 403)
        account = self._frame.sessions.account(request.cookies)
        response = RedirectResponse("/login", 303)
        self._frame.sessions.end(request, response)
        if account is not None:
            self._note("login.ended", account.name, address_of(request))
        return response

    async def _password(self, request: Request) -> Response:
        form = await form_of(request) if request.method == "POST" else {}
        return await run_in_threadpool(self._change, request, form)

    def _change(self, request: Request, form: dict[str, str]) -> Response:
        frame, problem = self._frame, None
        account = frame.sessions.account(request.cookies)
        if account is None:
            return RedirectResponse("/login?next=/password", 303)
        if request.method == "POST":
            if not frame.ours(request, form):
                return frame.failure(request, 403)
            try:
                fresh = self._changed(request, account, form)
            except YanmenError as error:
                problem = error
            else:
                response = RedirectResponse("/?done=password", 303)
                frame.sessions.end_all(fresh)
                frame.sessions.begin(response, fresh)
                return response
        forced = frame.accounts.must_change(account.name)
        caller = None if forced else person(account, request)
        return frame.render(request, "password.html", caller, {}, problem, {"forced": forced})

    def _changed(self, request: Request, account: Account, form: dict[str, str]) -> Account:
        """The account with its new password; YanmenError where it is refused."""
        address = address_of(request)
        if not same(form.get("new", ""), form.get("again", "")):
            raise YanmenError(phrase("password.differ"))
        if seconds := self._throttle.wait(address, account.name):
            raise YanmenError(phrase("login.wait", seconds=seconds))
        fresh = self._frame.accounts.change(account, form.get("old", ""), form.get("new", ""))
        self._throttle.forgive(address, account.name)
        return fresh

    async def _language(self, request: Request) -> Response:
        tongue = request.path_params["tongue"]
        response = RedirectResponse(local(request.query_params.get("next", "/")), 303)
        if tongue in LANGUAGES:
            secure = self._frame.house.config.console.secure_cookies
            response.set_cookie(
                LANGUAGE_COOKIE, tongue, max_age=YEAR, httponly=True, secure=secure, samesite="lax"
            )
        return response

    def _note(self, kind: str, name: str, address: str) -> None:
        """Record an entry or a refusal; a name nobody has is recorded as it was typed, cut and escaped."""
        person_ref = Ref(kind="account", id=visible(name) or "?")
        house = self._frame.house
        event = Event(
            id=new_id("evt"), at=house.clock(), kind=kind, actor=person_ref, data={"ip": visible(address)}
        )
        house.commit(event)
