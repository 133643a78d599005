"""Where the endpoint is: its configured URL, taken apart and made ready for calls."""

from __future__ import annotations

import re
import ssl
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from yanmen.core.config import Upstream
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.gateway.tls import Files

SECTION = "gateway.upstream"
"""Where the unnamed upstream is configured."""
_BASE = Phrase(
    en="Write the endpoint's base path, e.g. https://model.example/v1.",
    zh="请写端点的基础路径，例如 https://model.example/v1。",
)


class Address(NamedTuple):
    """An endpoint."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    base: str
    """The path that calls' paths are put behind; without a slash at its end."""
    root: str
    """The same without ``/v1`` at its end: what Ollama's own paths (``/api/…``) are put behind."""
    query: str
    """Added to each call's."""
    authority: str
    """The Host header's value."""


def locate(settings: Upstream, section: str = SECTION) -> Address:
    """Read the configured URL, query and certificates; whatever is wrong with them is a YanmenError that names the section."""
    place = f"{section}.url"
    try:
        url = urlsplit(settings.url)
        port = url.port
    except ValueError:
        raise YanmenError(Phrase(en="is not a URL", zh="不是 URL"), where=place, hint=_BASE) from None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise YanmenError(
            Phrase(en="is not an http or https URL", zh="不是 http 或 https 的 URL"), where=place, hint=_BASE
        )
    if url.username is not None or url.password is not None or url.fragment:
        raise YanmenError(
            Phrase(en="holds more than an address", zh="含有地址以外的内容"),
            where=place,
            hint=Phrase(en="Put the key into key_file.", zh="密钥请放在 key_file 指定的文件中。"),
        )
    tls = _tls(settings, section) if url.scheme == "https" else None
    name = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    query = "&".join(part for part in (url.query, urlencode(settings.query)) if part)
    base = url.path.rstrip("/")
    if not re.fullmatch(r"[!-~]*", base + query + name):
        raise YanmenError(
            Phrase(en="holds characters that no address may", zh="含有地址中不允许的字符"),
            where=place,
            hint=_BASE,
        )
    authority = name if port is None else f"{name}:{port}"
    root = base.removesuffix("/v1")
    return Address(url.hostname, port or (443 if tls else 80), tls, base, root, query, authority)


def _tls(settings: Upstream, section: str) -> ssl.SSLContext:
    """Certificates are verified, against the system's authorities or the given file's; ours is shown where there is one."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        raise YanmenError(
            Phrase(en="cannot read certificates", zh="无法读取证书"),
            where=f"{section}.ca_file: {settings.ca_file}",
            hint=Phrase(
                en="Name a readable file of certificates in PEM.", zh="请指定一个可读的 PEM 格式证书文件。"
            ),
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    if settings.tls_certificate or settings.tls_key:
        files = Files(settings.tls_certificate, settings.tls_key, f"{section}.tls_certificate")
        files.load(context)
    return context
