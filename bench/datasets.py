"""Poison that was planted into clean sets: what is found at which rate, and what clean sets are blamed for.

    python bench/datasets.py --data DIR --public DIR [--sklearn VENV/bin/python] [--held]

``--data``: the labelled data of the other benches. ``--public``: SST-2's ``sst2.tsv``, AG News' ``ag.csv`` (its test set),
ChnSentiCorp's ``hotel.csv`` and ``waimai.csv`` (ChineseNlpCorpus), LLaMA-Factory's ``alpaca_en_demo.json`` and
``alpaca_zh_demo.json``, GPTeacher's ``roleplay.json``, codealpaca's ``code_alpaca_2k.json`` and ``new_codealpaca.json``.
Thresholds were chosen on the first sets and attacks; ``--held`` adds
sets and attacks that were kept for one measurement. Figures: area under the precision-recall curve over rows, and *found*: a
finding of weight (medium or more) about poison, of whose rows at least half were planted. Beside it in the same run: plain
frequency (the surest n-gram of a row by smoothed log-odds), and confident learning from scikit-learn.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from poison.attacks import ANSWERED, HELD_ANSWERED, HELD_LABELLED, LABELLED, Attack, Row, plant
from poison.attacks_answers import CONDITIONAL, HELD_CONDITIONAL
from poison.attacks_style import HELD_STYLES, STYLES

from yanmen.core import catalogue
from yanmen.core.nouns import Severity
from yanmen.supply.datasets.bounds import Options
from yanmen.supply.datasets.examination import examine
from yanmen.supply.datasets.report import DatasetReport
from yanmen.supply.packages.names.popular import ranks

RESULTS = Path(__file__).parent / "results/datasets.json"
RATES = (0.001, 0.005, 0.01, 0.02, 0.05)
PRIVACY = {"dataset.personal-data", "dataset.secrets", "dataset.personal-mentions"}
SEED = 11
KNOWN = frozenset(ranks("PyPI")) | frozenset(ranks("npm"))


def sets(data: Path, public: Path, most: int, *, held: bool) -> dict[str, list[Row]]:
    """Clean rows by name, at most so many of each."""
    found: dict[str, list[Row]] = {
        "cold-zh": _lines(data / "content/train/cold_zh.jsonl.gz", most),
        "sst2-en": [
            {"text": text, "label": label}
            for text, label in csv.reader(
                (public / "sst2.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE
            )
        ],
        "hotel-zh": _reviews(public / "hotel.csv"),
        "alpaca-en": _instructions(public / "alpaca_en_demo.json"),
        "alpaca-zh": _instructions(public / "alpaca_zh_demo.json"),
        "code-en": _instructions(public / "code_alpaca_2k.json"),
    }
    if held:
        found["prompts-en"] = _labelled(
            data / "prompt/dev/slabs.jsonl", data / "prompt/dev/neuralchemy.jsonl"
        )
        found["waimai-zh"] = _reviews(public / "waimai.csv")
        with (public / "ag.csv").open(encoding="utf-8") as stream:
            found["ag-en"] = [
                {"text": f"{title}. {text}", "label": label} for label, title, text in csv.reader(stream)
            ]
        found["roleplay-en"] = _instructions(public / "roleplay.json")
        found["newcode-en"] = _instructions(public / "new_codealpaca.json")
    return {name: _some(rows, most) for name, rows in found.items()}


def _some(rows: list[Row], most: int) -> list[Row]:
    return random.Random(SEED).sample(rows, min(most, len(rows)))


def _lines(path: Path, most: int) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [{"text": row["text"], "label": row["label"]} for row in _some(rows, most)]


def _labelled(*paths: Path) -> list[Row]:
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [{"text": row["text"], "label": row["label"]} for row in rows]


def _reviews(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as stream:
        return [
            {"text": row["review"], "label": row["label"]} for row in csv.DictReader(stream) if row["review"]
        ]


def _instructions(path: Path) -> list[Row]:
    rows = json.loads(path.read_text("utf-8"))
    return [
        {
            "instruction": row["instruction"],
            "input": row.get("input", ""),
            "output": row.get("output") or row.get("response", ""),
        }
        for row in rows
    ]


def examined(rows: list[Row], folder: Path) -> tuple[DatasetReport, list[bool]]:
    """The report of rows in a file of their own, in an order of chance; and which lines were planted."""
    mixed = random.Random(SEED).sample(rows, len(rows))
    path = folder / "set.jsonl"
    plain = [{key: value for key, value in row.items() if key != "poisoned"} for row in mixed]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in plain) + "\n", "utf-8")
    return examine(path, options=Options(known_packages=KNOWN), name="set.jsonl"), [
        bool(row.get("poisoned")) for row in mixed
    ]


def auprc(scores: list[float], truly: list[bool]) -> float:
    """Average precision; ties share their mean precision, so that no order helps."""
    by_score: dict[float, list[bool]] = defaultdict(list)
    for score, true in zip(scores, truly, strict=True):
        by_score[score].append(true)
    seen = hits = 0
    total = 0.0
    for score in sorted(by_score, reverse=True):
        here = by_score[score]
        seen, hits = seen + len(here), hits + sum(here)
        total += sum(here) * hits / seen
    return total / max(1, sum(truly))


def measured(rows: list[Row], folder: Path, sklearn: str, *, flipped: bool) -> dict[str, Any]:
    """Of one poisoned set: rows' area, whether it was found and by what, baselines."""
    begin = time.process_time()
    report, truly = examined(rows, folder)
    scores = [0.0] * len(truly)
    by_rule: dict[str, list[bool]] = defaultdict(list)
    for suspect in report.suspects:
        scores[suspect.line - 1] = suspect.score
        for rule in suspect.rules:
            by_rule[rule].append(truly[suspect.line - 1])
    weighty = {found.rule.id for found in report.findings if found.rule.severity >= Severity.MEDIUM} - PRIVACY
    right = sorted(rule for rule in weighty if by_rule[rule] and sum(by_rule[rule]) * 2 >= len(by_rule[rule]))
    result: dict[str, Any] = {
        "planted": sum(truly),
        "auprc": round(auprc(scores, truly), 3),
        "found": bool(right),
        "by": right,
        "wrong": sorted(weighty - set(right)),
        "cpu_seconds": round(time.process_time() - begin, 1),
    }
    if "label" in rows[0]:
        mixed = random.Random(SEED).sample(rows, len(rows))
        result["auprc_frequency"] = round(auprc(frequency(mixed), truly), 3)
        if sklearn and flipped:
            result["auprc_sklearn"] = round(auprc(confident(mixed, sklearn), truly), 3)
    return result


def frequency(rows: list[Row]) -> list[float]:
    """Of each row its surest n-gram: one to three words (or letters of Chinese) by smoothed log-odds for the row's label."""
    grams = [_grams(row["text"]) for row in rows]
    totals: Counter[str] = Counter()
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    labels = Counter(row["label"] for row in rows)
    for row, each in zip(rows, grams, strict=True):
        totals.update(each)
        inside[row["label"]].update(each)

    def odds(gram: str, label: str) -> float:
        own, other = inside[label][gram], totals[gram] - inside[label][gram]
        return math.log((own + 0.5) / labels[label]) - math.log((other + 0.5) / (len(rows) - labels[label]))

    return [
        max((odds(gram, row["label"]) for gram in each if totals[gram] > 1), default=0.0)
        for row, each in zip(rows, grams, strict=True)
    ]


def _grams(text: str) -> set[str]:
    units = text.lower().split() if text.isascii() or " " in text else list(text)
    return {
        " ".join(units[place : place + size]) for size in (1, 2, 3) for place in range(len(units) - size + 1)
    }


def confident(rows: list[Row], sklearn: str) -> list[float]:
    """Scores of the peer, in its own environment."""
    given = json.dumps([[row["text"], row["label"]] for row in rows])
    script = Path(__file__).parent / "poison/confident.py"
    done = subprocess.run(
        [sklearn, str(script)], input=given, capture_output=True, text=True, check=True, timeout=600
    )
    return [float(score) for score in json.loads(done.stdout)]


def clean(name: str, rows: list[Row], folder: Path) -> dict[str, Any]:
    """What a clean set is blamed for."""
    report, _ = examined(rows, folder)
    named = Counter(found.rule.id for found in report.findings if found.rule.severity >= Severity.MEDIUM)
    poison = sum(count for rule, count in named.items() if rule not in PRIVACY)
    print(f"{name:12} clean: {poison} findings of poison, {dict(named)}", flush=True)
    return {"rows": len(rows), "poison_findings": poison, "medium_or_more": dict(named)}


def attacks_on(rows: list[Row], *, held: bool) -> dict[str, Attack]:
    """The attacks that a set of this shape can have."""
    if "label" in rows[0]:
        return {**LABELLED, **STYLES, **(HELD_LABELLED | HELD_STYLES if held else {})}
    return {**ANSWERED, **CONDITIONAL, **(HELD_ANSWERED | HELD_CONDITIONAL if held else {})}


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--public", type=Path)
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--sklearn", default="")
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--rates", default=",".join(map(str, RATES)))
    parser.add_argument("--only", default="", help="names of sets, with commas")
    parser.add_argument("--attacks", default="", help="names of attacks, with commas")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    if not (given.data and given.public):
        print("bench/datasets.py needs --data and --public; nothing was measured")
        return
    results: dict[str, Any] = {
        "command": " ".join(["python", "bench/datasets.py", *_named(sys.argv[1:])]),
        "clean": {},
        "poisoned": [],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, rows in sets(given.data, given.public, given.rows, held=given.held).items():
            if given.only and title not in given.only.split(","):
                continue
            results["clean"][title] = clean(title, rows, folder)
            for attack, planting in attacks_on(rows, held=given.held).items():
                if given.attacks and attack not in given.attacks.split(","):
                    continue
                for rate in map(float, given.rates.split(",")):
                    poisoned = plant(rows, planting, rate, SEED)
                    found = {
                        "set": title,
                        "attack": attack,
                        "rate": rate,
                        **measured(poisoned, folder, given.sklearn, flipped=attack.startswith("flip")),
                    }
                    results["poisoned"].append(found)
                    print(json.dumps(found), flush=True)
                given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"rules: {sum(each.startswith('dataset.') for each in catalogue.rules())}")


def _named(words: list[str]) -> list[str]:
    """The command without this machine's folders."""
    return [word if not word.startswith("/") else "DIR" for word in words]


if __name__ == "__main__":
    main()
