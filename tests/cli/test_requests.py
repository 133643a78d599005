"""Requests to a running gateway."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from yanmen.cli.requests import ask
from yanmen.core.errors import YanmenError


def test_an_address_that_is_none_and_one_where_nobody_answers() -> None:
    """Both are said with what to do."""
    with pytest.raises(YanmenError, match="not an address"):
        ask("ftp://example.org", "GET", "k")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(YanmenError, match="no gateway answers"):
            ask(f"http://127.0.0.1:{free.getsockname()[1]}/readyz", "GET", "k")


def test_a_server_that_speaks_no_http_is_said_too() -> None:
    """A database's port, for example."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.recv(4_096)
                connection.sendall(b"\x00\x01 not http\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        with pytest.raises(YanmenError, match="no gateway answers"):
            ask(f"http://127.0.0.1:{server.getsockname()[1]}/", "GET", "k")
        thread.join()
