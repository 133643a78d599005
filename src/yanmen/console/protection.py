"""What stands around every answer of the console: allowed host names, headers that bind the browser, a bound on bodies."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yanmen.core.language import accepted
from yanmen.core.nouns import Phrase

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # recognised, not bound
BODY_BYTES = 2 << 20
"""The largest body the console reads, in bytes: about 1,000 prompts of 2 kB."""
_WRONG_HOST = Phrase(
    en="This console does not answer under that host name.", zh="本控制台不以该主机名提供服务。"
)
_TOO_LARGE = Phrase(en=f"A body may have {BODY_BYTES} bytes.", zh=f"正文最多 {BODY_BYTES} 字节。")
_HINT = Phrase(en="See docs/howto/use-the-console.md.", zh="请参阅 docs/howto/use-the-console.zh.md。")
OPEN = frozenset({"/healthz"})
"""Answered under any host name: a probe knows an address only, and learns nothing."""


class Protection:
    """ASGI middleware. A request under a foreign host name (DNS rebinding) is refused before anything reads it."""

    def __init__(self, app: ASGIApp, host: str, hosts: Sequence[str] = ()) -> None:
        """Serve under the loopback names, ``host`` and ``hosts``; bound to any address, under every address too."""
        self.app = app
        self._names = LOOPBACK | {name.lower() for name in (_bracketed(host), *hosts) if name}
        self._addresses = host in ANYWHERE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then let the application answer under our headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_ours(message.get("headers", []))
            await send(message)

        headers = dict(scope["headers"])
        if scope["path"] not in OPEN and not self._ours(headers.get(b"host", b"").decode("latin-1")):
            await _refuse(sending, headers, 421, "wrong-host", _WRONG_HOST)
            return
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > BODY_BYTES:
            await _refuse(sending, headers, 413, "too-large", _TOO_LARGE)
            return
        await self.app(scope, receive, sending)

    def _ours(self, host: str) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        name = name.lower().rstrip(".")
        return name in self._names or (self._addresses and _is_address(name))


def with_ours(given: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers and ours; what is given is not said twice."""
    names = {name.lower() for name, _ in given}
    added = [pair for pair in HEADERS if pair[0] not in names]
    if b"cache-control" not in names:
        added.append((b"cache-control", b"no-store"))
    return [*given, *added]


async def _refuse(send: Send, asked: dict[bytes, bytes], status: int, code: str, message: Phrase) -> None:
    """An error in the one shape, in the language the request prefers."""
    tongue = accepted(asked.get(b"accept-language", b"").decode("latin-1"))
    error = {"code": code, "message": message.say(tongue), "hint": _HINT.say(tongue)}
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
