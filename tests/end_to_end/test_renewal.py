"""The whole group takes up another configuration on SIGHUP, and drains on SIGTERM; real processes, real sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

ASKED = {"model": "fast", "messages": [{"role": "user", "content": "hi"}]}


class Stub(BaseHTTPRequestHandler):
    """A model endpoint that says its own name; streams slowly when it is asked to."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # as the library calls it
        """Answer a chat completion."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = self.connection.getsockname()[1]
        if asked.get("stream"):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            for number in range(30):
                choice = {"index": 0, "delta": {"content": f"w{number} "}, "finish_reason": None}
                self.wfile.write(f"data: {json.dumps({'id': 'c', 'choices': [choice]})}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.1)
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True
            return
        message = {"role": "assistant", "content": f"{asked['model']} of {name}"}
        body = json.dumps(
            {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the library calls it
        """Say nothing."""


@pytest.fixture
def stubs() -> Iterator[list[int]]:
    """Two endpoints; their ports."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Stub) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_address[1] for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


def _written(file: Path, folder: Path, ups: dict[str, int], more: str) -> None:
    text = f'data = "{folder}"\n[console]\nport = 0\n[guard]\nlearned = false\n[gateway]\nport = 0\ndrain_seconds = 3\n'
    for name, port in ups.items():
        text += f'[gateway.upstreams.{name}]\nurl = "http://127.0.0.1:{port}/v1"\n'
    file.write_text(text + more)


def _answer(url: str, key: str) -> str:
    reply = httpx.post(
        f"{url}/v1/chat/completions", json=ASKED, headers={"authorization": f"Bearer {key}"}, timeout=30
    )
    assert reply.status_code == 200, reply.text
    text: str = reply.json()["choices"][0]["message"]["content"]
    return text


def test_upstreams_are_renewed_and_calls_in_flight_end(tmp_path: Path, stubs: list[int]) -> None:
    """A call that began before either is answered whole; a configuration that is wrong changes nothing."""
    file, data = tmp_path / "yanmen.toml", tmp_path / "data"
    _written(file, data, {"one": stubs[0]}, '[gateway.models.fast]\nmodel = "small"\n')
    line = [sys.executable, "-m", "yanmen.cli", "up", "--config", str(file), "--ready-json"]
    process = subprocess.Popen(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        url, key = ready["gateway"], ready["key"]
        assert _answer(url, key) == f"small of {stubs[0]}"
        _written(file, data, {"two": stubs[1]}, '[gateway.models.fast]\nmodel = "large"\n')
        os.kill(process.pid, signal.SIGHUP)
        _until(lambda: _answer(url, key) == f"large of {stubs[1]}")
        _written(file, data, {"two": stubs[1]}, '[gateway.routes.r]\nupstreams = ["none"]\n')
        os.kill(process.pid, signal.SIGHUP)
        errors = process.stderr
        assert errors is not None
        _until(lambda: "not taken up" in errors.readline())
        assert _answer(url, key) == f"large of {stubs[1]}"
        _drained(url, key, process)
    finally:
        process.kill()
        process.communicate()


def _drained(url: str, key: str, process: subprocess.Popen[str]) -> None:
    """SIGTERM with a stream in flight: ready says draining, calls are taken, the stream ends whole, the process too."""
    port = int(url.rpartition(":")[2])
    head = {"authorization": f"Bearer {key}"}
    with httpx.stream(
        "POST", f"{url}/v1/chat/completions", json={**ASKED, "stream": True}, headers=head, timeout=60
    ) as stream:
        pieces = stream.iter_text()
        text = next(pieces)
        process.send_signal(signal.SIGTERM)
        _until(lambda: httpx.get(f"{url}/readyz").status_code == 503)
        assert httpx.get(f"{url}/readyz").json()["status"] == "draining"
        text += "".join(pieces)
    assert "w29" in text
    assert text.rstrip().endswith("[DONE]")
    assert process.wait(60) == 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), 2):  # noqa: PT011  # refused or reset
        pass


def _until(true: Any) -> None:
    """Wait for what another process does."""
    for _ in range(300):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come true")
