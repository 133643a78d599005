"""How well the shipped model tells prompt attacks from ordinary texts, and what it costs. `make bench-guard DATA=DIR` runs it.

    python bench/guard_model.py                # speed only
    python bench/guard_model.py --data DIR     # also every set, as the model alone and behind the lexical model (cascade)

Thresholds are the card's: one for users, one for data. Nothing here is trained on or chosen by what it reads, but for rows of
``dev``, which are marked. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any

from rig import harness

from yanmen.guard.model.encoder import CLEARED, Encoder
from yanmen.guard.model.lexical import Channel, Lexical, language

ROOT = Path(__file__).parents[1]
DISPUTED = ROOT / "bench/deepset_disputed.json"
"""Rows of deepset's test whose label we dispute, each with the reason: read by us when version 2 was finished."""
CHARACTERS = 20_000
"""Of a text that are judged."""
PEERS = {
    "notinject": {
        "comparable": "the same 339 rows; mean accuracy of the three subsets, as PIGuard's table counts",
        "PIGuard": 87.32, "Lakera Guard": 87.61, "GPT-4o": 86.73, "LlamaGuard 3": 99.71, "ProtectAI v2": 57.23,
        "deepset": 29.50, "PromptGuard (v1)": 0.29,
    },
    "wildguard_benign": {
        "comparable": "PIGuard's column 'benign' is the mean of this set and of PINT, which is not public: not to be set beside",
        "PIGuard": 85.74, "Lakera Guard": 90.89, "ProtectAI v2": 86.20,
    },
    "bipia_bare": {
        "comparable": "PIGuard's column 'malicious' is half PINT, and its strings came without a role: not to be set beside",
        "PIGuard": 77.39, "Lakera Guard": 53.19, "ProtectAI v2": 48.60,
    },
    "deepset": {
        "comparable": "the same 116 rows (sinanw); the peers were trained on this set's own train rows with all its labels",
        "XLM-R fine-tuned": 97.41, "logistic on mBERT": 96.55, "naive Bayes": 88.79, "XLM-R zero-shot": 55.17,
    },
}  # fmt: skip
"""Published figures in percent, and whether they can be compared."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what it is, and which sets and parts of sets it counts for."""

    text: str
    attack: bool
    channel: Channel
    parts: tuple[str, ...]
    id: str


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _public(folder: Path) -> Iterator[Row]:
    """The published sets, under the names of the issue's table."""
    names = {
        "bipia_bare_test": "bipia_bare",
        "bipia_composed_test": "bipia_composed",
        "deepset_test": "deepset",
    }
    for path in sorted(folder.glob("*.jsonl")):
        name = names.get(path.stem, path.stem)
        for row in _lines(path):
            attack, parts = row["label"] == "attack", [name]
            if name == "notinject":
                parts += [f"{name}, {row['lang']}", f"{name}, {row['subset']}"]
            if name.startswith("bipia"):
                label = "attack" if attack else "clean"
                kind = row["category"].partition(":")[0 if name == "bipia_bare" else 2]
                parts = [f"{name}, {label}", f"{name}, {label}, {kind}"]
            if name == "deepset":
                parts += [f"{name}, {row['label']}", f"{name}, {row['lang']}"]
            if name == "wildguard_benign":
                parts += [f"{name}, {'over' if len(row['text']) > 600 else 'up to'} 600 characters"]
            channel: Channel = "data" if name.startswith("bipia") else "user"
            yield Row(row["text"], attack, channel, tuple(parts), row["id"])


def _dev(folder: Path) -> Iterator[Row]:
    """Ordinary instructions of dev; thresholds were chosen on them."""
    groups = {
        "instructions, zh (dev)": ("alpaca_zh", "belle_zh", "toolcall_zh", "act_as_zh"),
        "instructions, en (dev)": ("arena_hard", "self_instruct", "toolcall_en", "act_as_en", "t0_documents"),
    }
    for part, names in groups.items():
        for name in names:
            for row in _lines(folder / f"{name}.jsonl"):
                channel: Channel = "data" if str(row["category"]).startswith("context:") else "user"
                yield Row(row["text"], False, channel, (part, f"{part}, {name}"), row["id"])


def _own(split: str) -> Iterator[Row]:
    """Rows of our own grammar: families and seeds that neither training nor dev has."""
    if split == "fresh":
        rows = list(_lines(ROOT / "training/prompt/grammar/fresh.jsonl"))
    else:
        made = subprocess.run(
            [sys.executable, "-m", "training.prompt.grammar.generate", "--seed", "20261121", "--split", split],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        rows = [json.loads(line) for line in made.stdout.splitlines()]
    for row in rows:
        if "-day-" in row.get("family", ""):
            parts = (f"own everyday, {row['lang']}", f"own everyday, {row['lang']}, {split}")
            yield Row(row["text"], False, "user", parts, row["id"])
            continue
        name = f"own {split}, {row['lang']}, {row['label']}"
        parts = (
            (name, f"{name}, {row['class']}")
            if row["label"] == "attack"
            else (name, f"{name}, {row['channel']}")
        )
        yield Row(row["text"], row["label"] == "attack", row["channel"], parts, row["id"])


def wilson(hits: int, count: int) -> list[float]:
    """The 95 % interval of a share, in percent."""
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return [round(100 * (middle - half), 1), round(100 * (middle + half), 1)]


def accuracy(encoder: Encoder, fast: Lexical, rows: Sequence[Row]) -> dict[str, Any]:
    """Rows judged rightly, by part: by the encoder alone, and with those cleared that the lexical model clears."""
    alone: dict[str, list[bool]] = defaultdict(list)
    cascade: dict[str, list[bool]] = defaultdict(list)
    cleared: dict[str, list[bool]] = defaultdict(list)
    wrong: list[str] = []
    disputed = json.loads(DISPUTED.read_text("utf-8"))
    agreed: list[bool] = []
    for row in rows:
        text = row.text[:CHARACTERS]
        said = encoder.read(text, row.channel).attack
        clear = fast.clears(text, row.channel)
        for part in row.parts:
            alone[part].append(said == row.attack)
            cascade[part].append((said and not clear) == row.attack)
            cleared[part].append(clear)
        if row.parts[0] == "deepset" and row.id not in disputed:
            agreed.append(said == row.attack)
        if row.parts[0] == "deepset" and said != row.attack:
            wrong.append(f"{row.id} is called {'attack' if row.attack else 'benign'}: {text[:160]}")
    figures = {
        part: {
            "n": len(found),
            "right": round(100 * sum(found) / len(found), 1),
            "interval": wilson(sum(found), len(found)),
            "cascade": round(100 * statistics.fmean(cascade[part]), 1),
            "cleared": round(100 * statistics.fmean(cleared[part]), 1),
        }
        for part, found in sorted(alone.items())
    }
    return {
        "sets": figures,
        "deepset rows judged unlike their label": wrong,
        "deepset rows whose label we dispute": disputed,
        "deepset without them": {"n": len(agreed), "right": round(100 * statistics.fmean(agreed), 1)},
    }


def milliseconds(work: Callable[[], object], times: int = 200) -> dict[str, float]:
    """Median and best of one run."""
    spent = []
    for _ in range(times):
        began = time.perf_counter_ns()
        work()
        spent.append((time.perf_counter_ns() - began) / 1e6)
    return {"median": round(statistics.median(spent), 3), "best": round(min(spent), 3)}


def speed(encoder: Encoder, fast: Lexical) -> dict[str, Any]:
    """One core: the lexical model, the encoder, memory."""
    english = (
        "Could you summarise what the committee said about the bridge, the library and the heating? " * 9
    )[:512]
    chinese = ("请总结一下委员会关于桥梁、图书馆和供暖费用的讨论内容，列出三条建议。" * 20)[:512]
    figures: dict[str, Any] = {
        "lexical, 512 English characters (ms)": milliseconds(lambda: fast.logit(english, "user")),
        "lexical, 512 Chinese characters (ms)": milliseconds(lambda: fast.logit(chinese, "user")),
    }
    for tokens in (32, 64, 118):
        window = encoder.windows("one " * tokens, "user")
        figures[f"encoder, {tokens + 3} tokens (ms)"] = milliseconds(partial(encoder.judge, window), 60)
        figures[f"early exit, {tokens + 3} tokens (ms)"] = milliseconds(partial(encoder.early, window), 60)
    figures["resident (MB)"] = round(harness.rss_mb(os.getpid()))
    figures["load of 1 minute"] = round(os.getloadavg()[0], 1)
    return figures


def mix(encoder: Encoder, fast: Lexical, folder: Path) -> dict[str, Any]:
    """Rows a second of dev's benign texts of users, one after another on one thread: with the cascade, and all by the encoder."""
    names = (
        "alpaca_zh",
        "belle_zh",
        "cvalues_zh",
        "toolcall_en",
        "toolcall_zh",
        "self_instruct",
        "arena_hard",
    )
    texts = [row["text"] for name in names for row in _lines(folder / f"{name}.jsonl")]
    began = time.perf_counter()
    left = [text for text in texts if not fast.clears(text, "user")]
    exited = 0
    for text in left:
        judged = encoder.judge(encoder.windows(text, "user"), early=language(text))
        exited += all(one.logit == CLEARED for one in judged)
    with_cascade = len(texts) / (time.perf_counter() - began)
    began = time.perf_counter()
    encoder.judge([window for text in texts for window in encoder.windows(text, "user")])
    return {
        "rows": len(texts),
        "cleared": round(100 * (1 - len(left) / len(texts)), 1),
        "cleared or left by the early exit": round(100 * (1 - (len(left) - exited) / len(texts)), 1),
        "mean, cascade (ms)": round(1000 / with_cascade, 2),
        "rows a second, cascade": round(with_cascade),
        "rows a second, all by the encoder": round(len(texts) / (time.perf_counter() - began)),
    }


def main() -> None:
    """Measure, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path)
    data: Path | None = options.parse_args().data
    encoder, fast = Encoder.load(), Lexical.load()
    figures: dict[str, Any] = {"model": encoder.card.version, "speed": speed(encoder, fast)}
    if data is not None:
        rows = [
            *_public(data / "prompt/benchmark"),
            *_dev(data / "prompt/dev"),
            *_own("held"),
            *_own("fresh"),
        ]
        figures |= accuracy(encoder, fast, rows)
        subsets = [
            value["right"]
            for name, value in figures["sets"].items()
            if name.startswith("notinject, ") and len(name) > 13
        ]
        figures["notinject, mean of its subsets"] = round(statistics.fmean(subsets), 1)
        figures |= {"mix": mix(encoder, fast, data / "prompt/dev"), "peers": PEERS}
        sys.argv[1:] = ["--data", "DIR"]
    harness.keep("guard_model", figures)


if __name__ == "__main__":
    main()
