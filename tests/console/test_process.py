"""The console's process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import msgspec

from yanmen.console.process import BOUNDS
from yanmen.console.protection import BODY_BYTES
from yanmen.core.config import Config, Console
from yanmen.store import Store

_RUN = """
import sys, msgspec
from pathlib import Path
from yanmen.console.process import run
from yanmen.core.config import Config
from yanmen.store import Store
config = msgspec.json.decode(sys.argv[1], type=Config)
with Store.open(Path(config.data)) as store:
    run(config, store, lambda port: print(port, flush=True))
print("ended", flush=True)
"""


def test_a_body_that_is_too_large_is_refused_in_the_console_s_own_words() -> None:
    """The server beneath lets it through to where errors have the console's shape and headers."""
    assert BOUNDS.body_bytes > BODY_BYTES


def test_it_serves_watches_and_ends_on_a_signal(tmp_path: Path) -> None:
    """A leak in the record becomes an incident while it runs; SIGTERM ends it cleanly."""
    config = Config(data=str(tmp_path), console=Console(port=0))
    line = [sys.executable, "-W", "error", "-c", _RUN, msgspec.json.encode(config).decode()]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/openapi.json", timeout=10) as answer:
            assert json.loads(answer.read())["openapi"] == "3.1.0"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout.readline() == "ended\n"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    with Store.open(tmp_path) as store:
        kinds = {one.event.kind for one in store.events.after(0)}

        assert {"process.started", "policy.loaded"} <= kinds
