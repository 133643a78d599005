"""An upstream that asks who calls is shown our certificate."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.certificates import made

from yanmen.gateway.upstreams.errors import UpstreamError

Models = Callable[..., Awaitable[Any]]


def _asking(own: dict[str, str], trusted: dict[str, str]) -> ssl.SSLContext:
    """An endpoint that takes nobody without a certificate that it knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own["tls_certificate"], own["tls_key"])
    context.load_verify_locations(trusted["tls_certificate"])
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_both_sides_know_each_other(models: Models, tmp_path: Path) -> None:
    """With the certificate a call is answered; without it, or with another, it is not."""
    far, near, other = [made(tmp_path, name=name) for name in ("model", "gateway", "stranger")]
    shown: list[Any] = []

    async def answers(one: Any) -> None:
        shown.append(one.writer.get_extra_info("peercert")["subject"])
        await one.request()
        await one.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    model = await models(answers, tls=_asking(far, near))
    async with model.pool(ca_file=far["tls_certificate"], **near) as pool:
        assert await (await pool.send("POST", "/x", [], b"{}")).read(10) == b"ok"
    for without in ({}, other):
        async with model.pool(ca_file=far["tls_certificate"], **without) as pool:
            with pytest.raises(UpstreamError):
                await pool.send("POST", "/x", [], b"{}")

    assert shown == [((("commonName", "gateway"),),)]
