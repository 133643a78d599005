"""Reads what an operation is asked, strictly and within bounds: whatever is wrong is said, and nothing is guessed."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from yanmen.console.callers import RefusedError
from yanmen.console.protection import BODY_BYTES
from yanmen.llm.wire.strict import Malformed, read

DEPTH, VALUES = 32, 100_000
"""Levels and values of a JSON body; ``messages`` of a chat request are seldom deeper than ten."""
QUERY_BYTES = 4_096
Struct = TypeVar("Struct", bound=msgspec.Struct)


async def body_of(request: Request) -> bytes:
    """The body, or RefusedError when it is too large or of another type than JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(415, "wrong-type", "the body must be JSON", "Send content-type: application/json.")
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > BODY_BYTES:
                raise RefusedError(
                    413, "too-large", f"the body is over {BODY_BYTES} bytes", "Send less at a time."
                )
            parts.append(part)
    except ClientDisconnect as error:
        raise RefusedError(400, "cut-off", "the body ended before its time", "Send it whole.") from error
    return b"".join(parts)


def from_body(body: bytes, wanted: type[Struct]) -> Struct:
    """The body as the operation wants it."""
    try:
        return msgspec.convert(read(body, depth=DEPTH, values=VALUES), wanted)
    except Malformed as error:
        raise RefusedError(400, error.word, str(error), "Send one JSON object in UTF-8.") from error
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def from_query(request: Request, wanted: type[Struct]) -> Struct:
    """The query as the operation wants it."""
    if len(request.url.query) > QUERY_BYTES:
        raise RefusedError(400, "too-large", "the query is too long", f"It may have {QUERY_BYTES} bytes.")
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise RefusedError(400, "invalid", f"{name[:60]!r} is given twice", "Give each parameter once.")
        given[name] = value
    try:
        asked = msgspec.convert(given, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    if nothing := [name for name in given if getattr(asked, name) is None]:
        raise RefusedError(400, "invalid", f"{nothing[0]!r} is given as null", "Leave out what is not asked.")
    return asked


def _invalid(error: msgspec.ValidationError) -> RefusedError:
    return RefusedError(
        400, "invalid", str(error)[:300], "See /api/openapi.json for every name and its bounds."
    )
