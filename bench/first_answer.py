"""From a fresh clone to the first answered request: ``make run`` in a new folder, timed.

``python bench/first_answer.py`` clones this checkout's last commit, runs what the README says, and asks the bundled model
one question. Packages come from wherever pip is set up to take them, from its cache when they are there (``--no-cache``
turns that off).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from rig.harness import keep

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run it and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-cache", action="store_true", help="let pip download everything anew")
    given = parser.parse_args()
    env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    if given.no_cache:
        env["PIP_NO_CACHE_DIR"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(ROOT), f"{folder}/yanmen"], check=True)
        words = ["make", "-s", "run", "ARGS=--port 0 --console-port 0 --ready-json"]
        with subprocess.Popen(
            words, cwd=f"{folder}/yanmen", env=env, stdout=subprocess.PIPE, text=True
        ) as up:
            try:
                ready = _ready(up)
                until_ready = time.monotonic() - began
                _ask(ready["gateway"], ready["key"])
                until_answer = time.monotonic() - began
            finally:
                up.terminate()
    figures = {"cached_packages": not given.no_cache, "seconds_to_ready": round(until_ready, 1)}
    keep("first_answer", {**figures, "seconds_to_first_answer": round(until_answer, 1), "limit_seconds": 300})


def _ready(up: subprocess.Popen[str]) -> dict[str, str]:
    """The line of JSON among what ``make`` prints."""
    assert up.stdout is not None
    for line in up.stdout:
        at = line.find('{"gateway"')
        if at >= 0:
            ready: dict[str, str] = json.loads(line[at:])
            return ready
    raise RuntimeError("make run ended before it was ready")


def _ask(gateway: str, key: str) -> None:
    body = {"model": "smollm2-135m", "max_tokens": 8, "messages": [{"role": "user", "content": "Hello!"}]}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{gateway}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        json.loads(answer.read())["choices"]


if __name__ == "__main__":
    main()
