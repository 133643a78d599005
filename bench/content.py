"""What the model of harmful content finds, by language and class, and what it costs; and what banks of words cost.

    python bench/content.py --data DIR                    # development sets
    python bench/content.py --data DIR --split benchmark  # published sets: looked at once, when the weights were final

``found`` counts rows of which a finding has a confidence of 0.5 or more; ``withheld`` those of 0.8, where the built-in policy keeps
an answer back. Thresholds were chosen on the development rows, so their share of benign rows found is what it was set to be.
``answers`` are PyRIT's human-rated answers (English): never trained on, never tuned on.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rig import harness

from yanmen.guard.content import scheme
from yanmen.guard.content.model import shipped
from yanmen.guard.keywords import Bank, Term, squeezed

WITHHELD = 0.8
ENGLISH = "The committee met on Thursday to discuss the budget for next year. Several members asked whether it could stay. "
CHINESE = "周四，委员会讨论了明年的预算。几位委员询问图书馆能否延长开放时间，财务主管答应核算供暖费用。"


def answers(folder: Path) -> Iterator[tuple[str, str, str]]:
    """PyRIT's answers: rated not harmful at all, and rated 0.75 and more."""
    for row in _lines(folder / "harm_severity_en.jsonl"):
        if row["label"] == "0":
            yield "answers rated 0", "en", row["text"]
        elif float(row["label"]) >= 0.75:
            yield f"answers rated 0.75 and more: {row['category']}", "en", row["text"]
            yield "answers rated 0.75 and more", "en", row["text"]
    for row in _lines(folder / "refusal_en.jsonl"):
        if row["label"] == "yes":
            yield "answers that refuse", "en", row["text"]


def shares(found: Iterator[tuple[str, str, str]]) -> dict[str, Any]:
    """Rows found and withheld, by group and language."""
    model = shipped()
    total: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    kept: Counter[tuple[str, str]] = Counter()
    for group, lang, text in found:
        said = model.judge(text)
        total[lang, group] += 1
        hits[lang, group] += said is not None
        kept[lang, group] += said is not None and said.confidence >= WITHHELD
    return {
        f"{lang} {group}": {
            "rows": total[lang, group],
            "found": round(hits[lang, group] / total[lang, group], 4),
            "withheld": round(kept[lang, group] / total[lang, group], 4),
        }
        for lang, group in sorted(total)
    }


def microseconds(work: Callable[[], object], times: int = 300) -> float:
    """The median of one run."""
    spent = []
    for _ in range(times):
        began = time.perf_counter_ns()
        work()
        spent.append((time.perf_counter_ns() - began) / 1_000)
    return round(statistics.median(spent), 1)


def banks() -> dict[str, Any]:
    """A whole text of 2,000 characters past banks of two sizes, drawn by a fixed seed."""
    chance = random.Random(7)
    han, latin = [chr(code) for code in range(0x4E00, 0x9000)], "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(han, k=chance.randint(2, 5))) for _ in range(8_000)]
    words += ["".join(chance.choices(latin, k=chance.randint(5, 12))) for _ in range(2_000)]
    chance.shuffle(words)
    figures: dict[str, Any] = {}
    for size in (100, 10_000):
        bank = Bank((Term(squeezed(word), "A1-f", "high", word) for word in words[:size]), scheme.named())
        for name, text in (("English", (ENGLISH * 30)[:2_000]), ("Chinese", (CHINESE * 60)[:2_000])):
            figures[f"{size} terms, 2,000 characters {name} (µs)"] = microseconds(
                lambda bank=bank, text=text: bank.reader().feed(text, final=True)  # type: ignore[misc]
            )
    return figures


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def rows_of(data: Path, split: str) -> Iterator[tuple[str, str, str]]:
    """Group, language and text of every row of a split: of ``content/``, and benign ones of ``prompt/``."""
    for part in ("content", "prompt"):
        folder = data / part / split
        for path in sorted(folder.glob("*.jsonl")):
            for row in _lines(path):
                if named := _named(row, part):
                    yield named, row["lang"] if row["lang"] in {"en", "zh"} else "other", row["text"]


def _named(row: dict[str, Any], part: str) -> str:
    if part == "prompt":
        comment = row["source"].startswith("cold") or str(row["category"]).startswith("context")
        return "" if comment or row["label"] != "benign" else "prompts benign"
    harmless = row["label"] == "safe"
    area = row["category"] if row["source"] == "do-not-answer" else row.get("fine") or ""
    return " ".join(one for one in (row["source"], area, "benign" if harmless else "harmful") if one)


def main() -> None:
    """Measure, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--split", choices=["dev", "benchmark"], default="dev")
    chosen = options.parse_args()
    figures: dict[str, Any] = {chosen.split: shares(rows_of(chosen.data, chosen.split))}
    if chosen.split == "benchmark":
        figures["answers"] = shares(answers(chosen.data / "content" / "judge"))
    model = shipped()
    text = (ENGLISH * 10)[:768]
    figures["version"] = model.card.version
    figures["judge 768 characters (µs)"] = microseconds(lambda: model.judge(text))
    figures |= banks()
    sys.argv[1:] = ["--data", "DIR", "--split", chosen.split]
    harness.keep("content" if chosen.split == "dev" else "content_benchmark", figures)


if __name__ == "__main__":
    main()
