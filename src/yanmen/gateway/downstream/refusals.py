"""What is said to a client whose request never reached the application, in the shape that OpenAI's clients understand."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from yanmen.core.language import Messages


class Refusal(NamedTuple):
    """A stable code and its HTTP status. The sentences are in ``messages``."""

    code: str
    status: int


MALFORMED = Refusal("malformed_request", 400)
BAD_HOST = Refusal("bad_host", 400)
WEBSOCKET = Refusal("websocket_unsupported", 400)
TOO_MANY_PIPELINED = Refusal("too_many_pipelined", 400)
TOO_MANY_CHUNKS = Refusal("too_many_chunks", 400)
BAD_METHOD = Refusal("method_not_allowed", 405)
HEADER_TIMEOUT = Refusal("header_timeout", 408)
BODY_TIMEOUT = Refusal("body_timeout", 408)
TOO_LARGE = Refusal("request_too_large", 413)
LONG_TARGET = Refusal("uri_too_long", 414)
BAD_EXPECT = Refusal("expectation_failed", 417)
BIG_HEADERS = Refusal("headers_too_large", 431)
CRASHED = Refusal("internal_error", 500)
TOO_MANY_CONNECTIONS = Refusal("too_many_connections", 503)
STOPPING = Refusal("stopping", 503)
BAD_VERSION = Refusal("http_version_unsupported", 505)

MESSAGES = Messages(Path(__file__).parent / "messages")

_PHRASES = {
    400: b"Bad Request",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    417: b"Expectation Failed",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}


def body(refusal: Refusal, tongue: str = "en") -> bytes:
    """The error as JSON: ``{"error": {"message", "type", "param", "code"}}``."""
    kind = "invalid_request_error" if refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    message = MESSAGES.say(refusal.code, tongue)
    error = {"message": message, "type": kind, "param": None, "code": refusal.code}
    return json.dumps({"error": error}, ensure_ascii=False).encode()


@cache
def response(refusal: Refusal, tongue: str = "en") -> bytes:
    """The whole response, which closes the connection; a refusal for want of room names when to come again."""
    text = body(refusal, tongue)
    extra = b"retry-after: 1\r\n" if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else b""
    extra += (
        b"allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"
        if refusal.status == HTTPStatus.METHOD_NOT_ALLOWED
        else b""
    )
    return (
        b"HTTP/1.1 %d %b\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: %d\r\n"
        b"cache-control: no-store\r\n%bconnection: close\r\n\r\n%b"
    ) % (refusal.status, _PHRASES[refusal.status], len(text), extra, text)
