"""How many harmless everyday messages are stopped: short ones, with numbers, names of files, errors, identifiers, second thoughts.

``python bench/everyday.py`` keeps its figures in bench/results/everyday.json. The messages (bench/rig/everyday.txt, English and
Chinese) were written before anything was mended by them, and nothing is trained or tuned on them; public sets hold few of their
kind. Each is asked of ``yanmen guard check`` with everything at its default: what is not ``allow`` or ``redact`` is stopped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rig.harness import keep

MESSAGES = Path(__file__).parent / "rig" / "everyday.txt"


def messages() -> list[str]:
    """All messages."""
    lines = MESSAGES.read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if not line.startswith("#")]


def checked(texts: list[str]) -> list[dict[str, Any]]:
    """What the guard says of each."""
    rows = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    line = [sys.executable, "-m", "yanmen.cli", "guard", "check"]
    done = subprocess.run(line, input=rows, capture_output=True, text=True, check=False)
    return [json.loads(row) for row in done.stdout.splitlines()]


def main() -> None:
    """Run it all."""
    texts = messages()
    said = checked(texts)
    if len(said) != len(texts):
        raise SystemExit(f"{len(said)} answers to {len(texts)} messages")
    chinese = [any("一" <= character <= "鿿" for character in text) for text in texts]
    stopped = [one["verdict"] not in {"allow", "redact"} for one in said]
    figures = {
        name: {
            "n": chinese.count(which),
            "stopped": sum(stop for stop, zh in zip(stopped, chinese, strict=True) if zh is which),
        }
        for name, which in (("English and other", False), ("Chinese", True))
    }
    which = [
        {"text": text, "verdict": one["verdict"], "rules": [found["rule"] for found in one["findings"]]}
        for text, one, stop in zip(texts, said, stopped, strict=True)
        if stop
    ]
    keep("everyday", {**figures, "stopped": which})


if __name__ == "__main__":
    main()
