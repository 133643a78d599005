"""One POST to one address, before a real server."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from yanmen.soc import webhook
from yanmen.soc.webhook import SIGNATURE, post


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers the status its path names."""

    got: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        """One notice."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(int(self.path.strip("/").partition("?")[0] or 204))
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where the receiver listens."""
    Receiver.got.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_notice_is_signed_and_names_its_delivery(address: str) -> None:
    """So that the receiver can trust it and drop what it has."""
    assert post(f"{address}/200?a=b", b'{"x":1}', secret=b"s3", delivery="ntc_1") == ""

    ((path, headers, body),) = Receiver.got
    assert path == "/200?a=b"
    assert body == b'{"x":1}'
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3", body, hashlib.sha256).hexdigest()
    assert headers["x-yanmen-delivery"] == "ntc_1"
    assert headers["content-type"] == "application/json"


def test_without_a_secret_there_is_no_signature(address: str) -> None:
    """A signature with an empty key would lie."""
    post(f"{address}/200", b"{}")

    assert SIGNATURE not in Receiver.got[0][1]


@pytest.mark.parametrize("status", [301, 307, 404, 500])
def test_only_success_is_success_and_redirects_are_not_followed(address: str, status: int) -> None:
    """Nothing is sent anywhere but where the operator said."""
    assert post(f"{address}/{status}", b"{}") == f"status {status}"
    assert len(Receiver.got) == 1


@pytest.mark.parametrize(
    "address", ["ftp://host/", "http:///x", "file:///etc/passwd", "http://127.0.0.1:99999/"]
)
def test_an_address_that_is_none_is_a_problem_not_an_error(address: str) -> None:
    """The courier goes on."""
    assert post(address, b"{}")


def test_nobody_there_is_a_problem_not_an_error() -> None:
    """The courier tries again later."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert "Refused" in post(f"http://127.0.0.1:{port}/", b"{}")


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly and steadily it answers."""
    monkeypatch.setattr(webhook, "WHOLE_SECONDS", 0.3)
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"y")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        problem = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}")
        stop.set()
        thread.join()

    assert problem


def test_a_certificate_that_does_not_hold_is_refused() -> None:
    """A server that speaks no TLS at all stands for the rest: the default context verifies names and chains."""
    connection = webhook._connection(urlsplit("https://localhost:1/"))

    assert connection._context.verify_mode.name == "CERT_REQUIRED"  # type: ignore[attr-defined]  # http.client's own
    assert connection._context.check_hostname  # type: ignore[attr-defined]  # the same
