"""What is fetched because somebody gave its address."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.certificates import made

from yanmen.cli import download
from yanmen.cli.download import here, shown
from yanmen.core.errors import YanmenError


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """By the path that is asked for."""
        if self.path == "/away":
            self.send_response(302)
            self.send_header("location", "http://127.0.0.1:1/all.zip")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("content-length", "9" if self.path == "/cut" else "5")
        self.end_headers()
        self.wfile.write(b"bytes")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's own name
        """Nothing is written."""


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of ours on the loopback interface, whose certificate is trusted."""
    files = made(tmp_path, name="server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["tls_certificate"], files["tls_key"])
    monkeypatch.setenv("SSL_CERT_FILE", files["tls_certificate"])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address_is_a_file_while_it_is_read(address: str, tmp_path: Path) -> None:
    """Under its own name; nothing is left of it."""
    with here(f"{address}/all.zip?x=1", tmp_path / "room") as path:
        assert (path.name, path.read_bytes()) == ("all.zip", b"bytes")

    assert list((tmp_path / "room").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [("/gone", "Not Found"), ("/cut", "could not be fetched|ended early"), ("/away", "only https")],
)
def test_an_answer_that_is_not_the_file_is_an_error(
    address: str, tmp_path: Path, path: str, said: str
) -> None:
    """Missing, cut off, or leading off https."""
    with pytest.raises(YanmenError, match=said), here(address + path, tmp_path):
        pass


def test_an_answer_without_end_is_cut_off(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the disk is full."""
    monkeypatch.setattr(download, "LARGEST", 3)

    with pytest.raises(YanmenError, match="larger than may be"), here(f"{address}/all.zip", tmp_path):
        pass


@pytest.mark.parametrize("source", ["http://127.0.0.1/x", "ftp://127.0.0.1/x", "file:///etc/hostname"])
def test_only_https_is_fetched(tmp_path: Path, source: str) -> None:
    """No other scheme, a file's neither."""
    with pytest.raises(YanmenError, match="only https"), here(source, tmp_path):
        pass


def test_a_server_that_cannot_be_believed_is_not(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its certificate must hold."""
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(YanmenError, match="could not be fetched"), here(f"{address}/all.zip", tmp_path):
        pass


def test_credentials_are_not_shown() -> None:
    """Neither before the host nor in the query."""
    assert shown("https://user:secret@host/all.zip?token=secret") == "https://host/all.zip"
    assert shown("a\nb") == "a\\u000ab"
