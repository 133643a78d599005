"""The console's application: pages and API behind one wall."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from yanmen.console.accounts import Accounts
from yanmen.console.api.routes import routes as api_routes
from yanmen.console.api.routes import said
from yanmen.console.callers import Gate, RefusedError
from yanmen.console.desk.house import House
from yanmen.console.health import Health
from yanmen.console.pages.decided import Decided
from yanmen.console.pages.entry import Entry
from yanmen.console.pages.frame import Frame
from yanmen.console.pages.guard import TryIt
from yanmen.console.pages.keyring import Keyring
from yanmen.console.pages.record import Record
from yanmen.console.pages.watch import Watch
from yanmen.console.protection import Protection
from yanmen.console.sessions import Sessions
from yanmen.console.throttle import Throttle

STATIC = Path(__file__).parent / "static"
FOR_EVER = b"public, max-age=31536000, immutable"


def build(house: House) -> Starlette:
    """The application over a running system's parts."""
    settings = house.config.console
    sessions = Sessions(house.store, hours=settings.session_hours, secure=settings.secure_cookies)
    accounts = Accounts(house.store, house.clock)
    frame = Frame(house, sessions, accounts)
    health = Health(house.store)
    rooms = [Watch(frame), Decided(frame), Keyring(frame), Record(frame), TryIt(frame)]
    routes = [
        *health.routes(),
        Mount("/static", _Kept(StaticFiles(directory=STATIC))),
        *api_routes(house, Gate(house, sessions, accounts), sessions),
        *Entry(frame, Throttle(house.clock)).routes(),
        *(route for room in rooms for route in room.routes()),
    ]

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.url.path.startswith("/api"):
            hint = "See /api/openapi.json."
            return said(
                RefusedError(status, "wrong-method" if status == 405 else "not-found", "no such thing", hint)
            )  # noqa: PLR2004
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
        exception_handlers={HTTPException: failed},
    )


class _Kept:
    """Static files, which browsers keep: their addresses change with their content."""

    def __init__(self, files: ASGIApp) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004
                headers = message["headers"]
                message["headers"] = [*headers, (b"cache-control", FOR_EVER)]  # type: ignore[misc]
            await send(message)

        await self._files(scope, receive, sending)
