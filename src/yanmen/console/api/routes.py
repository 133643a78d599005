"""The routes of the API: who may, what is asked, the answer; every error has one shape."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from yanmen.console.api.bodies import body_of, from_body, from_query
from yanmen.console.api.openapi import document
from yanmen.console.api.table import OPERATIONS, Operation
from yanmen.console.callers import Gate, RefusedError
from yanmen.console.desk.house import AbsentError, House
from yanmen.console.rendering import language_of
from yanmen.console.sessions import Sessions
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.store import StoreError

_encode = msgspec.json.Encoder().encode
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(house: House, gate: Gate, sessions: Sessions) -> list[Route]:
    """Every route under /api."""
    written = _encode(document())

    async def openapi(request: Request) -> Response:
        del request
        return json(written)

    async def session(request: Request) -> Response:
        try:
            caller = await run_in_threadpool(gate.caller, request, "admin", writes=False)
        except RefusedError as refused:
            return said(refused, request)
        token = sessions.form_token(request.cookies) if caller.ref.kind == "account" else ""
        return json(_encode({"caller": str(caller.ref), "scopes": sorted(caller.scopes), "csrf": token}))

    async def unknown(request: Request) -> Response:
        path = visible(request.url.path)
        refused = RefusedError(
            404,
            "not-found",
            Phrase(en=f"there is no {path}", zh=f"没有 {path} 这个地址"),
            Phrase(en="See /api/openapi.json for every path.", zh="全部地址见 /api/openapi.json。"),
        )
        return said(refused, request)

    paths: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, []).append(operation)
    made = [
        Route(path, _by_method({one.method: _endpoint(one, house, gate) for one in operations}), methods=_ALL)
        for path, operations in paths.items()
    ]
    fixed = [("/api/openapi.json", openapi), ("/api/session", session)]
    made += [Route(path, _by_method({"GET": endpoint}), methods=_ALL) for path, endpoint in fixed]
    return [*made, Route("/api/{rest:path}", unknown, methods=_ALL), Route("/api", unknown, methods=_ALL)]


_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


def json(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(body, status, headers, media_type="application/json")


def said(refused: RefusedError, request: Request, headers: dict[str, str] | None = None) -> Response:
    """A refusal in the one shape of errors, in the language of whoever asks."""
    tongue = language_of(request)
    error = {"code": refused.code, "message": refused.say(tongue), "hint": refused.hint.say(tongue)}
    if refused.status == 401:  # noqa: PLR2004  # RFC 9110 asks for the challenge
        headers = {**(headers or {}), "www-authenticate": 'Bearer realm="yanmen"'}
    return json(_encode({"error": error}), refused.status, headers)


def _by_method(endpoints: dict[str, Endpoint]) -> Endpoint:
    """One endpoint for a path, which answers a method it does not know in our shape."""
    allowed = ", ".join(sorted(endpoints))

    async def endpoint(request: Request) -> Response:
        known = endpoints.get("GET" if request.method == "HEAD" else request.method)
        if known is not None:
            return await known(request)
        method = visible(request.method)
        refused = RefusedError(
            405,
            "wrong-method",
            Phrase(en=f"{method} is not for here", zh=f"此处不接受 {method}"),
            Phrase(en=f"Use {allowed}.", zh=f"请用 {allowed}。"),
        )
        return said(refused, request, {"allow": allowed})

    return endpoint


def _endpoint(operation: Operation, house: House, gate: Gate) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            writes = operation.method == "POST"
            caller = await run_in_threadpool(gate.caller, request, operation.scope, writes=writes)
            body = await body_of(request) if writes else b""

            def work() -> bytes:
                asked = from_body(body, operation.asked) if writes else from_query(request, operation.asked)
                return _encode(_call(operation, house, caller, asked, request.path_params.get("name", "")))

            return json(await run_in_threadpool(work), operation.status)
        except RefusedError as refused:
            return said(refused, request)
        except (YanmenError, TimeoutError) as error:
            return said(_refusal(error), request)

    return endpoint


def _refusal(error: YanmenError | TimeoutError) -> RefusedError:
    """What an operation could not do, as the answer tells it."""
    if isinstance(error, StoreError | TimeoutError):
        why = error.message if isinstance(error, StoreError) else Phrase(en="timed out", zh="等待超时")
        return RefusedError(
            503,
            "store",
            Phrase(en=f"the store did not write in time: {why.en}", zh=f"记录未能及时写入：{why.zh}"),
            Phrase(en="Look before you try again.", zh="操作可能已经完成，请先确认再重试。"),
        )
    if isinstance(error, AbsentError):
        return RefusedError(404, "not-found", error.message, error.hint)
    placed = Phrase(en=error.say("en"), zh=error.say("zh"))
    return RefusedError(400, "refused", placed, error.hint)


def _call(
    operation: Operation, house: House, caller: Any, asked: msgspec.Struct, name: str
) -> msgspec.Struct:
    if not operation.named:
        answer: msgspec.Struct = operation.run(house, caller, asked)
    elif len(inspect.signature(operation.run).parameters) == 3:  # noqa: PLR2004  # house, caller, name
        answer = operation.run(house, caller, name)
    else:
        answer = operation.run(house, caller, name, asked)
    return answer
