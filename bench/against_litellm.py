"""The gateway beside the LiteLLM proxy: the same stub, the same calls, in turn, in one run.

Needs LiteLLM in an environment of its own (bench only)::

    python -m venv bench/.venv-litellm && bench/.venv-litellm/bin/pip install 'litellm[proxy]'
    python bench/against_litellm.py

Both stand before one stub with guards of their kind on: Yanmen's whole default policy but for the learned models, which LiteLLM has
none of; LiteLLM's own content filter (``litellm_content_filter``, five prebuilt secret patterns, before and after the call).
No two calls say the same. CPU time is the serving process's alone, per call; latency is the client's, at concurrency 1, less the
stub's own. Medians over rounds taken in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.harness import chats, cpu_seconds, family, keep, load, median, process, rss_mb

HERE = Path(__file__).parent
LITELLM = HERE / ".venv-litellm" / "bin" / "litellm"
PATTERNS = ("aws_access_key", "aws_secret_key", "github_token", "slack_token", "generic_api_key")


@contextmanager
def litellm(stub: int, folder: Path) -> Iterator[tuple[int, int, str]]:
    """LiteLLM's proxy with its content filter, warm: (pid, port, key)."""
    port, key = 14_000 + os.getpid() % 1000, "sk-bench-master-key"
    patterns = [{"pattern_type": "prebuilt", "pattern_name": name, "action": "MASK"} for name in PATTERNS]
    config = {
        "model_list": [
            {
                "model_name": "stub",
                "litellm_params": {
                    "model": "openai/stub",
                    "api_base": f"http://127.0.0.1:{stub}/v1",
                    "api_key": "sk-upstream",
                },
            }
        ],
        "guardrails": [
            {
                "guardrail_name": "content-filter",
                "litellm_params": {
                    "guardrail": "litellm_content_filter",
                    "mode": ["pre_call", "post_call"],
                    "default_on": True,
                    "patterns": patterns,
                },
            }
        ],
        "general_settings": {"master_key": key},
    }
    file = folder / "litellm.yaml"
    file.write_text(json.dumps(config))  # JSON is YAML
    env = {
        **os.environ,
        "LITELLM_TELEMETRY": "False",
        "LITELLM_LOG": "ERROR",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    command = [
        str(LITELLM),
        "--config",
        str(file),
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
        "--num_workers",
        "1",
    ]
    started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_ready(port)
        yield _busiest(started.pid, port, key), port, key
    finally:
        started.terminate()
        started.wait(30)


def _until_ready(port: int) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise RuntimeError("LiteLLM did not start")


def _busiest(pid: int, port: int, key: str) -> int:
    """The process of the family that does the work; warms it by the way."""
    before = {one: cpu_seconds(one) for one in family(pid)}
    load(port, chats(port, key, stream=True), 40, 4)
    load(port, chats(port, key, stream=False), 40, 4)
    return max(before, key=lambda one: cpu_seconds(one) - before[one])


@contextmanager
def yanmen(stub: int, folder: Path) -> Iterator[tuple[int, int, str]]:
    """Yanmen as ``yanmen up`` starts it, warm: (pid of the gateway, port, key)."""
    settings = folder.parent / "yanmen.toml"
    settings.write_text("[guard]\nlearned = false\n")
    up = [
        sys.executable,
        "-m",
        "yanmen.cli",
        "up",
        "--upstream",
        f"http://127.0.0.1:{stub}/v1",
        "--data",
        str(folder),
        "--config",
        str(settings),
    ]
    with process(*up, "--port", "0", "--console-port", "0", "--ready-json") as (started, ready):
        port = int(ready["gateway"].rpartition(":")[2])
        yield _busiest(started.pid, port, ready["key"]), port, ready["key"]


def measure(
    pid: int, requests: Iterator[bytes], port: int, calls: int, concurrency: int
) -> tuple[float, float, float]:
    """CPU µs per call, p50 of the time to first byte and of the whole call in ms."""
    before = cpu_seconds(pid)
    seen = load(port, requests, calls, concurrency)
    spent = cpu_seconds(pid) - before
    return (
        spent / len(seen) * 1e6,
        median([one[0] for one in seen]) * 1e3,
        median([one[1] for one in seen]) * 1e3,
    )


def main() -> None:
    """Run everything and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--calls", type=int, default=2_000, help="calls a round before Yanmen; LiteLLM gets a tenth"
    )
    given = parser.parse_args()
    if not LITELLM.exists():
        sys.stdout.write(
            "LiteLLM is not installed for the bench: see the first lines of this file. Nothing measured.\n"
        )
        return
    figures: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, str(HERE / "rig" / "stub.py")) as (_, stub),
        yanmen(stub["port"], Path(folder) / "data") as ours,
        litellm(stub["port"], Path(folder)) as theirs,
    ):
        idle = {"yanmen": rss_mb(ours[0]), "litellm": rss_mb(theirs[0])}
        for shape in ("stream", "plain"):
            rows: dict[str, list[tuple[float, float, float]]] = {"yanmen": [], "litellm": []}
            waits: dict[str, list[tuple[float, float, float]]] = {"stub": [], "yanmen": [], "litellm": []}
            doors = {"yanmen": (*ours, 1), "litellm": (*theirs, 10)}
            for _ in range(given.rounds):
                for name, (pid, port, key, slower) in doors.items():
                    requests = chats(port, key, stream=shape == "stream")
                    rows[name].append(measure(pid, requests, port, given.calls // slower, 16))
                    waits[name].append(measure(pid, requests, port, 200 // slower, 1))
                direct = chats(stub["port"], "x", stream=shape == "stream")
                waits["stub"].append(measure(os.getpid(), direct, stub["port"], 200, 1))
            figures[shape] = _row(rows, waits)
    keep(
        "against_litellm",
        {
            "guards": {"litellm": PATTERNS, "yanmen": "default policy, without the learned models"},
            "rss_mb": idle,
            **figures,
        },
    )


def _row(
    rows: dict[str, list[tuple[float, float, float]]], waits: dict[str, list[tuple[float, float, float]]]
) -> dict[str, object]:
    cpu = {name: round(median([row[0] for row in found]), 1) for name, found in rows.items()}
    base = median([row[2] for row in waits["stub"]])
    added = {name: round(median([row[2] for row in waits[name]]) - base, 3) for name in rows}
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(rows["yanmen"], rows["litellm"], strict=True)]
    return {
        "cpu_us_per_call_c16": cpu,
        "ratio_by_round": [round(ratio, 1) for ratio in ratios],
        "ratio_median": round(median(ratios), 1),
        "added_p50_ms_c1": added,
        "direct_p50_ms_c1": round(base, 3),
    }


if __name__ == "__main__":
    main()
