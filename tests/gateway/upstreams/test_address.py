"""Where the endpoint is, and whether it is who it says: addresses and TLS, with an authority of our own."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from yanmen.core.config import Bounds, Upstream
from yanmen.core.errors import YanmenError
from yanmen.gateway.upstreams.address import locate
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.pool import Pool

Models = Callable[..., Awaitable[Any]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def obliging(far: Any) -> None:
    """Answers every request, on one connection after another."""
    while True:
        await far.request()
        await far.say(OK)


async def call(pool: Pool) -> bytes:
    """One call, whole."""
    return await (await pool.send("POST", "/chat/completions", [], b"{}")).read(100)


def test_an_address_is_taken_apart() -> None:
    """Host, port, base path, query and the Host header's value."""
    place = locate(Upstream(url="http://Model.example/base/v1/?a=b", query={"c": "d e"}))

    assert (place.host, place.port, place.tls) == ("model.example", 80, None)
    assert (place.base, place.query, place.authority) == ("/base/v1", "a=b&c=d+e", "model.example")
    assert locate(Upstream(url="https://model.example:8443")).authority == "model.example:8443"


@pytest.mark.parametrize(
    "url",
    ["", "model.example/v1", "ftp://model.example/", "http://", "http://a b/", "http://model.example:99999/"],
)
def test_an_address_must_be_one(url: str) -> None:
    """Said with the name of the setting."""
    with pytest.raises(YanmenError, match=r"gateway\.upstream\.url"):
        Pool(Upstream(url=url), Bounds())


def test_an_address_holds_no_credential() -> None:
    """It would be written to logs; the error does not show it."""
    with pytest.raises(YanmenError) as raised:
        Pool(Upstream(url="https://user:pa55@model.example/"), Bounds())

    assert "pa55" not in str(raised.value)


def certified(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """An authority's certificate file, and the context of a server it has certified for a name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    try:
        place: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        place = x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([place]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    authority, secret = folder / "ca.pem", folder / "key.pem"
    authority.write_bytes(certificate.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, secret)
    return authority, context


async def test_a_model_behind_tls_is_reached_when_its_authority_is_known(
    models: Models, tmp_path: Path
) -> None:
    """From ``ca_file``."""
    authority, context = certified(tmp_path, "127.0.0.1")
    model = await models(obliging, tls=context)

    async with model.pool(ca_file=str(authority)) as pool:
        assert await call(pool) == b"ok"
        assert await call(pool) == b"ok"

    assert model.connections == 1


@pytest.mark.parametrize("known", [True, False])
async def test_a_certificate_that_does_not_fit_is_not_trusted(
    models: Models, tmp_path: Path, known: bool
) -> None:
    """Another name's, or an unknown authority's; the credential is not sent."""
    authority, context = certified(tmp_path, "other.example")
    model = await models(obliging, tls=context)

    async with model.pool(ca_file=str(authority) if known else "") as pool:
        with pytest.raises(UpstreamError, match="not trusted") as raised:
            await call(pool)

    assert raised.value.kind == "unreachable"


def test_a_file_of_authorities_that_cannot_be_read_is_said_to_be(tmp_path: Path) -> None:
    """Missing, or without certificates."""
    empty = tmp_path / "empty.pem"
    empty.write_text("")

    for file in (tmp_path / "missing.pem", empty):
        with pytest.raises(YanmenError, match="cannot read certificates"):
            Pool(Upstream(url="https://model.example/v1", ca_file=str(file)), Bounds())


async def test_a_model_on_ipv6_is_reached() -> None:
    """The Host header has its brackets."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        await writer.drain()
        await reader.read()
        writer.close()

    try:
        server = await asyncio.start_server(serve, "::1", 0)
    except OSError:
        pytest.skip("no IPv6 here")
    port = server.sockets[0].getsockname()[1]
    async with Pool(Upstream(url=f"http://[::1]:{port}/v1"), Bounds()) as pool:
        assert await (await pool.send("GET", "/models", [], b"")).read(10) == b"ok"
    server.close()
    await server.wait_closed()

    assert f"\r\nhost: [::1]:{port}\r\n".encode() in seen[0]
