"""Fetches images that a request only names, from hosts that the configuration names, and from nowhere else.

What is examined must be what the model sees, so what was fetched takes the place of its address in the call. A name must lead to
public addresses only, and the connection goes to the very address that was checked (no rebinding); redirections are not followed;
nothing of the caller goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

import httptools

from yanmen.guard.addresses import allowed

_TRANSLATED = tuple(ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that carry an IPv4 address, which may be a private one (RFC 6052, 3056, 4380)."""
_CHUNK = 1 << 16


class Unfetched(Exception):  # noqa: N818  # an outcome
    """Why there is no image: the message is fit to be kept."""


class Place(NamedTuple):
    """Where an image is."""

    host: str
    port: int
    tls: bool
    target: str
    """Path and query."""


async def fetch(url: str, hosts: Sequence[str], limit: int, tls: ssl.SSLContext) -> bytes:
    """The body behind an address; Unfetched where that may not be asked, does not answer with one, or it is longer than ``limit``.

    Takes as long as the other side does: the caller sets the time.
    """
    place = located(url, hosts)
    address = await _resolved(place)
    try:
        reader, writer = await asyncio.open_connection(
            str(address),
            place.port,
            ssl=tls if place.tls else None,
            server_hostname=place.host if place.tls else None,
            limit=_CHUNK,
        )
    except (OSError, ssl.SSLError) as error:
        raise Unfetched(f"no connection: {type(error).__name__}") from None
    try:
        name = f"[{place.host}]" if ":" in place.host else place.host
        writer.write(
            f"GET {place.target} HTTP/1.1\r\nhost: {name}:{place.port}\r\naccept: image/*\r\n"
            "accept-encoding: identity\r\nconnection: close\r\n\r\n".encode("ascii")
        )
        return await _body(reader, limit)
    except (OSError, httptools.HttpParserError) as error:
        raise Unfetched(f"no answer: {type(error).__name__}") from None
    finally:
        writer.transport.abort()


def located(url: str, hosts: Sequence[str]) -> Place:
    """Read an address; Unfetched where the configuration does not name its host (and port, where it is not the usual one)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unfetched("not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Unfetched("not an address that is fetched")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not all("!" <= sign <= "~" and sign != "\\" for sign in url):
        raise Unfetched("not an address that is fetched")
    usual = 443 if parts.scheme == "https" else 80
    host = parts.hostname.rstrip(".")
    named = host if port in {None, usual} else f"{host}:{port}"
    if not allowed(named, hosts):
        raise Unfetched(f"guard.image_hosts does not name {named[:100]}")
    return Place(host, port or usual, parts.scheme == "https", target)


async def _resolved(place: Place) -> IPv4Address | IPv6Address:
    """The address to connect to. One written as such was named by the operator; a name may lead to public ones only."""
    with contextlib.suppress(ValueError):
        return ip_address(place.host)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unfetched("no such host") from None
    addresses = [ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(public(address) for address in addresses):
        raise Unfetched("the host has addresses that are not public")
    return addresses[0]


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the public internet, and carries no other inside."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return public(address.ipv4_mapped)
        if any(address in net for net in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


class _Answer:
    """What httptools calls."""

    def __init__(self, limit: int) -> None:
        self.body = bytearray()
        self.limit = limit
        self.encoded = self.done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.encoded |= name.lower() == b"content-encoding" and value.lower() != b"identity"

    def on_body(self, piece: bytes) -> None:
        self.body += piece

    def on_message_complete(self) -> None:
        self.done = True


async def _body(reader: asyncio.StreamReader, limit: int) -> bytes:
    answer = _Answer(limit)
    parser = httptools.HttpResponseParser(answer)
    taken = 0
    while not answer.done:
        piece = await reader.read(_CHUNK)
        taken += len(piece)
        if not piece:
            break
        parser.feed_data(piece)
        if len(answer.body) > limit or taken > limit + _CHUNK:
            raise Unfetched(f"longer than {limit} bytes")
    if parser.get_status_code() != 200:  # noqa: PLR2004  # redirections are not followed
        raise Unfetched(f"status {parser.get_status_code()}")
    if answer.encoded or not answer.done or not answer.body:
        raise Unfetched("no whole image came")
    return bytes(answer.body)
