"""One POST to one address: bounded in time, certificate verified; no redirect followed, no proxy asked, no body read."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from urllib.parse import SplitResult, urlsplit

from yanmen.core.redaction import visible

QUIET_SECONDS = 5.0
"""How long the other side may say nothing."""
WHOLE_SECONDS = 15.0
"""How long one try may take in all, however slowly the other side drips."""
SIGNATURE = "x-yanmen-signature"


def post(webhook: str, body: bytes, *, secret: bytes = b"", delivery: str = "") -> str:
    """Send JSON; answer the problem in a few words, or nothing when the other side took it (status 2xx).

    With a secret the header ``x-yanmen-signature: sha256=…`` carries the body's HMAC-SHA-256 in hex. ``delivery`` is the
    same at each try, so that the receiver can drop what it already has.
    """
    try:
        connection = _connection(urlsplit(webhook))
    except ValueError as error:
        return visible(str(error))
    headers = {"content-type": "application/json", "user-agent": "yanmen", "x-yanmen-delivery": delivery}
    if secret:
        headers[SIGNATURE] = sign(body, secret)
    late = threading.Event()
    watch = threading.Timer(WHOLE_SECONDS, _cut, (connection, late))
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", _target(urlsplit(webhook)), body, headers)
        answer = connection.getresponse()
        answer.close()
    except (OSError, http.client.HTTPException) as error:
        return visible(f"{type(error).__name__}: {error}")
    else:
        if late.is_set():
            return f"no whole answer within {WHOLE_SECONDS:g} seconds"
        return "" if 200 <= answer.status < 300 else f"status {answer.status}"  # noqa: PLR2004  # HTTP's own numbers
    finally:
        watch.cancel()
        connection.close()


def sign(body: bytes, secret: bytes) -> str:
    """The signature's header value."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    if not address.hostname:
        raise ValueError("the address names no host")
    if address.scheme == "https":
        tls = ssl.create_default_context()
        return http.client.HTTPSConnection(address.hostname, address.port, timeout=QUIET_SECONDS, context=tls)
    if address.scheme == "http":
        return http.client.HTTPConnection(address.hostname, address.port, timeout=QUIET_SECONDS)
    raise ValueError("the address is neither http nor https")


def _target(address: SplitResult) -> str:
    return (address.path or "/") + (f"?{address.query}" if address.query else "")


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End a try that takes too long: whoever waits on the socket wakes."""
    late.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
