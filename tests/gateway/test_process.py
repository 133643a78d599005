"""The gateway's process: started, used and ended as ``yanmen up`` does it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from yanmen.core.clock import DAY
from yanmen.core.config import Config, Policy
from yanmen.core.nouns import Event
from yanmen.gateway.process import TRANSPORT_EVENTS, TransportRefusals, shadow_until
from yanmen.store import Store

SCRIPT = """
import sys
from pathlib import Path
from yanmen.core.config import Config, Gateway, Upstream
from yanmen.gateway.process import run
from yanmen.store import Store
with Store.open(Path(sys.argv[1])) as store:
    gateway = Gateway(port=0, upstream=Upstream(url="http://127.0.0.1:9/v1"))
    run(Config(data=sys.argv[1], gateway=gateway), store, lambda port: print(port, flush=True))
"""


def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    """With the self-test and the start on record, and within 120 MB."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        reply = httpx.get(f"http://127.0.0.1:{port}/readyz")
        status = Path(f"/proc/{process.pid}/status")
        resident = (
            [line for line in status.read_text("utf-8").splitlines() if line.startswith("VmRSS")]
            if status.exists()
            else []
        )
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
    with Store.open(tmp_path) as store:
        kinds = [recorded.event.kind for recorded in store.events.after(0)]

    assert (reply.status_code, code) == (200, 0)
    assert {"policy.loaded", "selftest.passed", "process.started"} <= set(kinds)
    assert not resident or int(resident[0].split()[1]) < 150 * 1024


def test_shadow_mode_is_counted_from_the_first_event(tmp_path: Path) -> None:
    """Not from the last start."""
    with Store.open(tmp_path) as store:
        store.append(Event(id="evt_1", at=1_000, kind="process.started")).result(10)

        assert shadow_until(Config(), store) == 0
        assert shadow_until(Config(policy=Policy(shadow_days=2)), store) == 1_000 + 2 * DAY


def test_floods_below_http_do_not_fill_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are counted, a few a second are recorded."""
    counted: list[str] = []

    class Gateway:
        """Counts."""

        class metrics:  # noqa: N801  # as the gateway names it
            """Counts."""

            refused = staticmethod(counted.append)

    monkeypatch.setattr("time.monotonic", lambda: 5.0)
    with Store.open(tmp_path) as store:
        refusals = TransportRefusals(store, Gateway())  # type: ignore[arg-type]  # all that is asked of it
        for _ in range(100):
            refusals("headers_too_large", 431, "192.0.2.1", "x" * 1000)
        store.flush()
        recorded = store.events.after(0, 1000, ("transport.",))

    assert len(counted) == 100
    assert len(recorded) == TRANSPORT_EVENTS
