"""What llhttp lets through and we do not: heads that two readers could read in two ways.

llhttp in its strict mode already refuses Content-Length beside Transfer-Encoding, repeated or odd lengths, folded lines, bare
CR or LF, blanks before a colon and control characters (tests/gateway/downstream/test_framing.py holds it to that). It does let
through several hosts, codings before ``chunked``, chunks in HTTP/1.0, versions 0.9 and 2.0 and fragments in the target.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

import httptools

from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.refusals import Refusal

METHODS = {name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
"""The methods that are served; whatever else llhttp knows (CONNECT, TRACE, SOURCE …) is refused."""

_SPECIAL = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


class Framed(NamedTuple):
    """What a head says of the message."""

    refusal: Refusal | None = None
    length: int = 0
    """Content-Length; -1 for a chunked body."""
    expects: bool = False
    """``Expect: 100-continue``."""
    host: bytes = b""


def framed(version: str, headers: list[tuple[bytes, bytes]]) -> Framed:
    """Read the headers that frame a message; names are in lower case."""
    length, expects, refusal = 0, False, None
    hosts: list[bytes] = []
    for name, value in headers:
        if name not in _SPECIAL:
            continue
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            length = -1
            refusal = refusal if version == "1.1" and _is(value, b"chunked") else refusals.MALFORMED
        elif name == b"expect":
            expects = _is(value, b"100-continue")
            refusal = refusal if expects else refusals.BAD_EXPECT
        elif b"websocket" in value.lower():
            refusal = refusals.WEBSOCKET
    if version not in {"1.1", "1.0"}:
        refusal = refusals.BAD_VERSION
    elif not _one_host(hosts) and (hosts or version == "1.1"):
        refusal = refusals.BAD_HOST
    return Framed(refusal, length, expects and version == "1.1", hosts[0] if hosts else b"")


def _is(value: bytes, word: bytes) -> bool:
    return value.strip().lower() == word


def _one_host(hosts: list[bytes]) -> bool:
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


class Target(NamedTuple):
    """A request's target, ready for an ASGI scope."""

    path: str
    raw_path: bytes
    query: bytes


def target(url: bytes, host: bytes) -> Target | None:
    """Read a target in origin, absolute or asterisk form.

    None where it holds a fragment, or names another host than the Host header does.
    """
    if b"#" in url:
        return None
    if not url.startswith(b"/") and url != b"*":
        parts = httptools.parse_url(url)
        named = url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
        if parts.schema.lower() not in {b"http", b"https"} or named.lower() != host.lower():
            return None
        path, query = parts.path or b"/", parts.query or b""
    else:
        path, _, query = url.partition(b"?")
    text = path.decode("ascii")
    return Target(unquote(text) if "%" in text else text, path, query)
