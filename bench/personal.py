"""What is found of personal data on the labelled sample, and what looking for it costs.

    python bench/personal.py                 # the sample, and the cost
    python bench/personal.py --data DIR      # also how much is found in DIR/prompt/dev, rows that nobody labelled for it

The patterns were tuned on the sample (``tests/corpora/personal``): its figures are an upper bound. The rows of ``--data`` are
real prompts; what is found there by kind can be read, not counted as right or wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from guard import CHINESE, ENGLISH, medians, streamed, text
from rig import harness

from yanmen.core import catalogue
from yanmen.core.nouns import Finding, Text
from yanmen.guard import Guard
from yanmen.guard.detectors.personal import Personal

SURE = 0.5
SAMPLE = Path(__file__).parents[1] / "tests" / "corpora" / "personal"


def found(detector: Personal, said: str) -> set[tuple[str, int, int]]:
    """Kinds and spans of a text that are sure enough."""
    findings = detector.detect(Text(text=said, role="user", trust="user"))
    return {
        (one.rule.id.removeprefix("personal."), one.where.start, one.where.end)
        for one in findings
        if isinstance(one, Finding) and one.confidence >= SURE
    }


def sample(detector: Personal, language: str) -> dict[str, Any]:
    """Precision and recall of exact spans, by kind."""
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for line in (SAMPLE / f"{language}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        want = {(kind, start, end) for kind, start, end in row["spans"]}
        got = found(detector, row["text"])
        right.update(kind for kind, _, _ in want & got)
        missed.update(kind for kind, _, _ in want - got)
        wrong.update(kind for kind, _, _ in got - want)
    kinds = sorted({*right, *missed, *wrong})
    figures = {kind: _shares(right[kind], missed[kind], wrong[kind]) for kind in kinds}
    return {"all": _shares(right.total(), missed.total(), wrong.total())} | figures


def _shares(right: int, missed: int, wrong: int) -> dict[str, Any]:
    return {
        "spans": right + missed,
        "recall": round(right / max(right + missed, 1), 3),
        "precision": round(right / max(right + wrong, 1), 3),
    }


def unlabelled(detector: Personal, folder: Path) -> dict[str, Any]:
    """How often each kind is found in rows that were not made for it."""
    counts, rows = Counter[str](), 0
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").rstrip("\n").split("\n"):
            rows += 1
            counts.update({kind for kind, _, _ in found(detector, json.loads(line)["text"][:4_000])})
    return {"rows": rows, **{kind: counts[kind] for kind in sorted(counts)}}


def speed(guard: Guard) -> dict[str, float]:
    """Medians, in microseconds."""
    english, chinese = (ENGLISH * 30)[:2_000], (CHINESE * 40)[:2_000]
    return {
        "feed, 20 ASCII characters": streamed(guard, ENGLISH * 60, 20)["median"],
        "feed, 4 Chinese characters": streamed(guard, CHINESE * 60, 4)["median"],
        "examine, 2,000 ASCII characters": medians(lambda: guard.examine([text(english)]), 300)["median"],
        "examine, 2,000 Chinese characters": medians(lambda: guard.examine([text(chinese)]), 300)["median"],
    }


def cost() -> dict[str, Any]:
    """The guard with these patterns and without."""
    whole = catalogue.detectors
    both = {"with": speed(Guard())}
    catalogue.detectors = lambda target: tuple(one for one in whole(target) if one is not Personal)
    both["without"] = speed(Guard())
    catalogue.detectors = whole
    return both


def main() -> None:
    """Measure, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path)
    chosen = options.parse_args()
    detector = Personal()
    figures: dict[str, Any] = {f"sample, {name}": sample(detector, name) for name in ("zh", "en")}
    figures["cost (µs; streams hold back for redaction)"] = cost()
    if chosen.data:
        figures["found in prompt/dev"] = unlabelled(detector, chosen.data / "prompt" / "dev")
        sys.argv[1:] = ["--data", "DIR"]
    harness.keep("personal", figures)


if __name__ == "__main__":
    main()
