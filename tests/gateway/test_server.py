"""A server's life: it begins, listens, stops."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import pytest

from yanmen.core.config import Bounds
from yanmen.core.errors import YanmenError
from yanmen.gateway.downstream.exchange import Receive, Scope, Send
from yanmen.gateway.server import Server, bind

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Application:
    """Notes its lifespan and answers its state."""

    def __init__(self, *, fails: bool = False) -> None:
        self.log: list[str] = []
        self.fails = fails

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": scope["state"]["made"]})
            return
        for kind in ("lifespan.startup", "lifespan.shutdown"):
            self.log.append((await receive())["type"])
            scope["state"]["made"] = b"at startup"
            await send({"type": f"{kind}.{'failed' if self.fails else 'complete'}"})


async def ask(port: int, host: str = "127.0.0.1") -> bytes:
    """One request; the whole answer."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(REQUEST)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_server_answers_on_the_port_it_took() -> None:
    """Port 0 is a free one; what the lifespan made is in every scope."""
    app = Application()
    server = Server(app, bounds=Bounds())

    port = await server.start()
    answer = await ask(port)
    await server.stop()

    assert answer.endswith(b"at startup")
    assert app.log == ["lifespan.startup", "lifespan.shutdown"]
    assert server.counters.requests == 1
    assert server.open == 0


async def test_two_servers_may_share_a_socket() -> None:
    """Bound before, for several workers."""
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]

    async with (
        Server(Application(), bounds=Bounds(), listening=listening) as one,
        Server(Application(), bounds=Bounds(), listening=listening.dup()) as two,
    ):
        for _ in range(4):
            assert (await ask(port)).endswith(b"at startup")

    assert one.counters.requests + two.counters.requests == 4


async def test_an_address_that_is_taken_is_said_to_be() -> None:
    """With what to do about it."""
    with bind("127.0.0.1", 0) as held:
        held.listen()
        server = Server(Application(), port=held.getsockname()[1], bounds=Bounds())

        with pytest.raises(YanmenError, match=r"cannot listen on 127\.0\.0\.1") as raised:
            await server.start()

    assert raised.value.hint.en


def test_an_address_that_is_not_ours_is_said_to_be() -> None:
    """192.0.2.0/24 is nobody's."""
    with pytest.raises(YanmenError, match="cannot listen"):
        bind("192.0.2.1", 0)


async def test_an_application_that_fails_to_start_is_not_served(caplog: pytest.LogCaptureFixture) -> None:
    """The caller learns it as an error, not by the end of its process."""
    server = Server(Application(fails=True), bounds=Bounds())

    with pytest.raises(RuntimeError, match="did not start"):
        await server.start()


async def test_a_dead_client_is_noticed_by_the_system() -> None:
    """Accepted sockets inherit the listening one's options."""
    listening = bind("127.0.0.1", 0)

    async with Server(Application(), bounds=Bounds(), listening=listening):
        kept: Any = listening.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        patience: Any = listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert kept == 1
    assert patience == 30_000


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
async def test_it_listens_on_ipv6() -> None:
    """The loopback address."""
    server = Server(Application(), host="::1", bounds=Bounds())

    port = await server.start()
    answer = await ask(port, "::1")
    await server.stop()

    assert answer.endswith(b"at startup")


PROGRAM = """
from yanmen.core.config import Bounds
from yanmen.gateway.server import serve

async def app(scope, receive, send):
    for kind in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{kind}.complete"})

serve(app, host="127.0.0.1", port=0, bounds=Bounds(), on_started=lambda port: print(port, flush=True))
"""


def test_a_signal_stops_the_process() -> None:
    """SIGTERM, as systems send it: the application's end is reached, and the signal is the process's end."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0

        process.send_signal(signal.SIGTERM)

        assert process.wait(20) in {0, -signal.SIGTERM}
