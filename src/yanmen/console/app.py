"""The console's application: pages and API behind one wall."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yanmen.console.accounts import Accounts
from yanmen.console.api.routes import routes as api_routes
from yanmen.console.api.routes import said
from yanmen.console.callers import Gate, RefusedError
from yanmen.console.desk.house import House
from yanmen.console.health import Health
from yanmen.console.pages.abuse import Abuse
from yanmen.console.pages.decided import Decided
from yanmen.console.pages.emergency import Emergency
from yanmen.console.pages.entry import Entry
from yanmen.console.pages.frame import Frame
from yanmen.console.pages.guard import TryIt
from yanmen.console.pages.keyring import Keyring
from yanmen.console.pages.learning import Learning
from yanmen.console.pages.record import Record
from yanmen.console.pages.spending import Spending
from yanmen.console.pages.supply import Stock
from yanmen.console.pages.watch import Watch
from yanmen.console.protection import Protection, with_ours
from yanmen.console.rendering import language_of
from yanmen.console.sessions import Sessions
from yanmen.console.throttle import Throttle
from yanmen.core.nouns import Phrase

STATIC = Path(__file__).parent / "static"
KEPT, WRONG_METHOD, BUG = {200, 304}, 405, 500
_BROKE = Phrase(en="something broke here", zh="程序出错")
_LOGGED = Phrase(en="This is a bug; the log says more.", zh="这是程序缺陷，详情见数据目录中的日志。")
FOR_EVER = b"public, max-age=31536000, immutable"


def build(house: House) -> Starlette:
    """The application over a running system's parts."""
    settings = house.config.console
    sessions = Sessions(house.store, hours=settings.session_hours, secure=settings.secure_cookies)
    accounts = Accounts(house.store, house.clock)
    frame = Frame(house, sessions, accounts)
    health = Health(house.store)
    routes = [
        *health.routes(),
        Mount("/static", _Kept(StaticFiles(directory=STATIC))),
        *api_routes(house, Gate(house, sessions, accounts), sessions),
        *Entry(frame, Throttle(house.clock)).routes(),
        *Watch(frame).routes(),
        *Decided(frame).routes(),
        *Emergency(frame).routes(),
        *Abuse(frame).routes(),
        *Spending(frame).routes(),
        *Stock(frame).routes(),
        *Keyring(frame).routes(),
        *Record(frame).routes(),
        *TryIt(frame).routes(),
        *Learning(frame).routes(),
    ]

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.url.path.startswith("/api"):
            code = "wrong-method" if status == WRONG_METHOD else "not-found"
            words = Phrase(en="no such thing here", zh="此处没有这个地址")
            hint = Phrase(en="See /api/openapi.json.", zh="请参阅 /api/openapi.json。")
            return said(RefusedError(status, code, words, hint), request)
        response: Response = await run_in_threadpool(frame.failure, request, status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Protection, host=settings.host, hosts=settings.hosts),
            Middleware(health.counting),
        ],
        exception_handlers={HTTPException: failed, Exception: broke},
    )


def broke(request: Request, error: Exception) -> Response:
    """The answer where we have a bug; the server writes the error to the log."""
    del error
    if request.url.path.startswith("/api"):
        response = said(RefusedError(BUG, "bug", _BROKE, _LOGGED), request)
    else:
        tongue = language_of(request)
        response = PlainTextResponse(f"{_BROKE.say(tongue)}\n{_LOGGED.say(tongue)}\n", BUG)
    response.raw_headers = with_ours(response.raw_headers)
    return response


class _Kept:
    """Static files, which browsers keep: their addresses change with their content."""

    def __init__(self, files: ASGIApp) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in KEPT:
                message["headers"] = [*message["headers"], (b"cache-control", FOR_EVER)]
            await send(message)

        await self._files(scope, receive, sending)
