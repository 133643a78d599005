"""The console's process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

from yanmen.console.process import BOUNDS
from yanmen.console.protection import BODY_BYTES
from yanmen.core.clock import now
from yanmen.core.config import Config, Console, Policy
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.store import Key, Store

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


def _asked(port: int, path: str, key: str = "") -> Any:
    """What the API answers, over a socket."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.loads(answer.read())


def _key(folder: Path) -> str:
    """The text of a new key for everything."""
    text = new_key()
    key = Key(id=new_id("key"), hash=key_hash(text), name="test", scopes=("admin",), created=now())
    made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
    with Store.open(folder) as store:
        store.append(made).result(30)
    return text


def test_it_serves_watches_and_ends_on_a_signal(tmp_path: Path) -> None:
    """A policy file that is made bad while it runs is refused, and that is said; SIGTERM ends it cleanly."""
    key, file = _key(tmp_path), tmp_path / "policy.yaml"
    file.write_text("version: 1\nextends: default\n", "utf-8")
    config = Config(data=str(tmp_path), console=Console(port=0), policy=Policy(files=(str(file),)))
    line = [sys.executable, "-W", "error", "-c", _RUN, msgspec.json.encode(config).decode()]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        assert _asked(port, "/api/openapi.json")["openapi"] == "3.1.0"
        assert _asked(port, "/api/overview", key)["policy_refused"] is None
        file.write_text("version: 1\nrulez: []\n", "utf-8")
        until = time.monotonic() + 60
        while (refused := _asked(port, "/api/overview", key)["policy_refused"]) is None:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert refused["where"] == f"{file}:2"
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

        assert {"process.started", "policy.loaded", "policy.refused"} <= kinds
