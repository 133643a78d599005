"""Where the endpoint is: its configured URL, taken apart and made ready for calls."""

from __future__ import annotations

import re
import ssl
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from yanmen.core.config import Upstream
from yanmen.core.errors import YanmenError


class Address(NamedTuple):
    """An endpoint."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    base: str
    """The path that calls' paths are put behind; without a slash at its end."""
    query: str
    """Added to each call's."""
    authority: str
    """The Host header's value."""


def locate(settings: Upstream) -> Address:
    """Read the configured URL, query and CA file; whatever is wrong with them is a YanmenError."""
    hint = "Write the endpoint's base path, e.g. https://model.example/v1."
    try:
        url = urlsplit(settings.url)
        port = url.port
    except ValueError:
        raise YanmenError("is not a URL", where="gateway.upstream.url", hint=hint) from None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise YanmenError("is not an http or https URL", where="gateway.upstream.url", hint=hint)
    if url.username is not None or url.password is not None or url.fragment:
        raise YanmenError(
            "holds more than an address", where="gateway.upstream.url", hint="Put the key into key_file."
        )
    tls = _tls(settings.ca_file) if url.scheme == "https" else None
    name = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    query = "&".join(part for part in (url.query, urlencode(settings.query)) if part)
    base = url.path.rstrip("/")
    if not re.fullmatch(r"[!-~]*", base + query + name):
        raise YanmenError("holds characters that no address may", where="gateway.upstream.url", hint=hint)
    authority = name if port is None else f"{name}:{port}"
    return Address(url.hostname, port or (443 if tls else 80), tls, base, query, authority)


def _tls(ca_file: str) -> ssl.SSLContext:
    """Certificates are verified, against the system's authorities or the given file's."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        hint = "Name a readable file of certificates in PEM."
        raise YanmenError(
            "cannot read certificates", where=f"gateway.upstream.ca_file: {ca_file}", hint=hint
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context
