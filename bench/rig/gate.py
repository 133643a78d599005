"""A gateway's process for benchmarks, as ``yanmen up`` runs it: one key, which it prints with its port when it is ready."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from yanmen.core import config
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.process import run
from yanmen.store import Key, Store


def serve(settings: config.Gateway, folder: str, guard: config.Guard | None = None) -> None:
    """Serve with these settings, on a store in a folder, until it is ended."""
    text = new_key()

    def ready(port: int) -> None:
        sys.stdout.write(json.dumps({"port": port, "key": text}) + "\n")
        sys.stdout.flush()

    with Store.open(Path(folder)) as store:
        key = Key(id=new_id("key"), hash=key_hash(text), name="bench", created=now())
        data = {"key": msgspec.to_builtins(key)}
        store.append(Event(id=new_id("evt"), at=now(), kind="key.created", data=data)).result()
        run(config.Config(data=folder, gateway=settings, guard=guard or config.Guard()), store, ready)
