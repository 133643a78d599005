"""Reads what an operation is asked, strictly and within bounds: whatever is wrong is said, and nothing is guessed."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from yanmen.console.callers import RefusedError
from yanmen.console.protection import BODY_BYTES
from yanmen.core import foreign
from yanmen.core.nouns import Phrase
from yanmen.llm.wire.strict import Malformed, read

DEPTH, VALUES = 32, 100_000
"""Levels and values of a JSON body; ``messages`` of a chat request are seldom deeper than ten."""
QUERY_BYTES = 4_096
Struct = TypeVar("Struct", bound=msgspec.Struct)


async def body_of(request: Request) -> bytes:
    """The body, or RefusedError when it is too large or of another type than JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(
            415,
            "wrong-type",
            Phrase(en="the body must be JSON", zh="正文须为 JSON"),
            Phrase(en="Send content-type: application/json.", zh="请发送 content-type: application/json。"),
        )
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > BODY_BYTES:
                raise RefusedError(
                    413,
                    "too-large",
                    Phrase(en=f"the body is over {BODY_BYTES} bytes", zh=f"正文超过 {BODY_BYTES} 字节"),
                    Phrase(en="Send less at a time.", zh="请减少单次发送的内容。"),
                )
            parts.append(part)
    except ClientDisconnect as error:
        raise RefusedError(
            400,
            "cut-off",
            Phrase(en="the body ended before its time", zh="正文提前结束"),
            Phrase(en="Send it whole.", zh="请发送完整正文。"),
        ) from error
    return b"".join(parts)


def from_body(body: bytes, wanted: type[Struct]) -> Struct:
    """The body as the operation wants it."""
    try:
        return msgspec.convert(read(body, depth=DEPTH, values=VALUES), wanted)
    except Malformed as error:
        raise RefusedError(
            400,
            error.word,
            Phrase(en=str(error), zh=f"JSON 无法接受：{foreign.said(error.detail).zh}"),
            Phrase(en="Send one JSON object in UTF-8.", zh="请发送一个 UTF-8 编码的 JSON 对象。"),
        ) from error
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def from_query(request: Request, wanted: type[Struct]) -> Struct:
    """The query as the operation wants it."""
    if len(request.url.query) > QUERY_BYTES:
        raise RefusedError(
            400,
            "too-large",
            Phrase(en="the query is too long", zh="查询串过长"),
            Phrase(en=f"It may have {QUERY_BYTES} bytes.", zh=f"最多 {QUERY_BYTES} 字节。"),
        )
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise RefusedError(
                400,
                "invalid",
                Phrase(en=f"{name[:60]!r} is given twice", zh=f"参数 {name[:60]!r} 出现两次"),
                Phrase(en="Give each parameter once.", zh="每个参数只能出现一次。"),
            )
        given[name] = value
    try:
        asked = msgspec.convert(given, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    if nothing := [name for name in given if getattr(asked, name) is None]:
        raise RefusedError(
            400,
            "invalid",
            Phrase(en=f"{nothing[0]!r} is given as null", zh=f"参数 {nothing[0]!r} 的值是 null"),
            Phrase(en="Leave out what is not asked.", zh="不用的参数请不要写。"),
        )
    return asked


def _invalid(error: msgspec.ValidationError) -> RefusedError:
    why, place = foreign.validation(error)
    at = f" - at `{place}`" if place else ""
    return RefusedError(
        400,
        "invalid",
        Phrase(en=f"{why.en}{at}"[:300], zh=f"{f'{place}：' if place else ''}{why.zh}"[:300]),
        Phrase(
            en="See /api/openapi.json for every name and its bounds.",
            zh="全部名称与取值范围见 /api/openapi.json。",
        ),
    )
