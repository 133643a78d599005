"""The gateway speaks HTTPS by itself."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import openai
import pytest
from tests.certificates import made
from tests.gateway.conftest import completion, said

from yanmen.core.config import Gateway
from yanmen.core.errors import YanmenError
from yanmen.gateway.tls import listener

House = Any


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """A certificate of our own making for 127.0.0.1, and its key."""
    return made(tmp_path)


def _trusting(own: dict[str, str]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=own["tls_certificate"])


async def test_the_sdk_calls_over_https(houses: Callable[..., Awaitable[House]], own: dict[str, str]) -> None:
    """Whole and streamed, the certificate verified, refusals too; one connection serves many calls."""
    house = await houses(gateway=own)
    async with (
        openai.DefaultAsyncHttpxClient(verify=_trusting(own)) as web,
        openai.AsyncOpenAI(
            base_url=f"{house.url}/v1", api_key=house.key, max_retries=0, http_client=web
        ) as client,
    ):
        message: Any = {"role": "user", "content": "Hello!"}
        house.stub.plays(
            openai.types.chat.ChatCompletion.model_validate(completion("Good day."))
            .model_dump_json()
            .encode()
        )
        whole = await client.chat.completions.create(model="m", messages=[message])
        house.stub.streams(*said("Good evening, " * 2_000))
        stream = await client.chat.completions.create(model="m", messages=[message], stream=True)
        text = "".join([piece.choices[0].delta.content or "" async for piece in stream])
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key="ym_none").chat.completions.create(
                model="m", messages=[message]
            )

    assert whole.choices[0].message.content == "Good day."
    assert text == "Good evening, " * 2_000
    kinds = [event.kind for event in await house.ended(3)]
    assert kinds == ["call.allowed", "call.allowed", "call.refused"]


async def test_who_speaks_no_tls_disturbs_nobody(
    houses: Callable[..., Awaitable[House]], own: dict[str, str]
) -> None:
    """Plain HTTP, garbage, a client that knows only old TLS, one that goes mid-handshake."""
    house = await houses(gateway=own)
    port = int(house.url.rpartition(":")[2])
    for garbage in (b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n", b"\x16\x03\x01" + b"\xff" * 500, b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbage)
        if garbage:
            assert b"HTTP/1.1 2" not in await asyncio.wait_for(reader.read(1000), 10)
        writer.close()
    old = _trusting(own)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        await asyncio.open_connection("127.0.0.1", port, ssl=old)

    async with httpx.AsyncClient(base_url=house.url, verify=_trusting(own)) as web:
        assert (await web.get("/healthz")).json() == {"status": "ok"}


def test_no_certificate_no_tls() -> None:
    """The default."""
    assert listener(Gateway()) is None


def test_files_that_do_not_fit_are_refused(tmp_path: Path, own: dict[str, str]) -> None:
    """One alone, one that is not there, another's key, no PEM, a key with a passphrase: each before anything is served."""
    (tmp_path / "other").mkdir()
    (tmp_path / "sealed").mkdir()
    other = made(tmp_path / "other")
    sealed = made(tmp_path / "sealed", passphrase=b"open sesame")
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")
    for wrong in (
        {"tls_certificate": own["tls_certificate"]},
        {"tls_key": own["tls_key"]},
        {**own, "tls_key": "/nowhere/gateway.key"},
        {**own, "tls_key": other["tls_key"]},
        {**own, "tls_certificate": str(junk)},
        sealed,
    ):
        with pytest.raises(YanmenError) as caught:
            listener(msgspec.convert(wrong, Gateway))

        assert caught.value.where.startswith("gateway.tls_")
