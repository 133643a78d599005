"""Flipped labels and swapped pairs, planted at several rates: whether the set is found, and which rows.

    python bench/flips.py --data DIR --public DIR [--cleanlab VENV/bin/python] [--rates 0.01,0.03] [--only SETS]

Sets, seed and attacks are those of ``datasets.py``; pairs are hh-rlhf's harmless test set (``hh_harmless_test.jsonl.gz``) and
LLaMA-Factory's ``dpo_en_demo.json`` and ``dpo_zh_demo.json``. cleanlab (AGPL) runs in an environment of its own with its usual
pipeline; its environment is no part of the project. Area: under the precision-recall curve of all rows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from datasets import SEED, auprc, sets
from poison.attacks import flip_random, flip_targeted, plant

from yanmen.core.nouns import Finding
from yanmen.supply.datasets.detector import TableDetector
from yanmen.supply.datasets.detectors.labels import FLIPS, Labels, agreed
from yanmen.supply.datasets.detectors.preferences import SWAPPED, Preferences, judged
from yanmen.supply.datasets.shapes import Row, Shape, row_of, shape_of
from yanmen.supply.datasets.table import Table

RESULTS = Path(__file__).parent / "results/datasets.json"
ATTACKS = {"random": flip_random, "targeted": flip_targeted}
PAIRS = ("hh_harmless_test.jsonl.gz", "dpo_en_demo.json", "dpo_zh_demo.json")


def labelled(rows: list[dict[str, Any]], cleanlab: str) -> dict[str, Any]:
    """Of one set with flipped labels."""
    mixed = random.Random(SEED).sample(rows, len(rows))
    held = [Row(line, 0, row["text"], "", "", "", row["label"], "", "") for line, row in enumerate(mixed, 1)]
    table = Table(held, ("set",), Shape("labelled"))
    truly = [bool(mixed[row.line - 1].get("poisoned")) for row in table.rows]
    question, doubt = table.questions[0], table.doubts["label"]
    said = agreed(table, question, doubt)
    doubts = 1 - said[np.arange(len(said)), question.outcomes]
    found = {"area": round(auprc(doubts.tolist(), truly), 3), **_named(Labels(), table, FLIPS.id, truly)}
    if cleanlab:
        given = json.dumps([[row["text"], row["label"], bool(row.get("poisoned"))] for row in mixed])
        script = Path(__file__).parent / "poison/cleanlab_peer.py"
        done = subprocess.run(
            [cleanlab, str(script)], input=given, capture_output=True, text=True, check=True
        )
        found["cleanlab"] = json.loads(done.stdout)
    return found


def paired(records: list[dict[str, Any]], rate: float) -> dict[str, Any]:
    """Of one set of which a share of the pairs is swapped."""
    swapped = set(random.Random(SEED).sample(range(len(records)), round(rate * len(records))))
    shape = shape_of(records)
    turned = [
        {**record, "chosen": record["rejected"], "rejected": record["chosen"]} if place in swapped else record
        for place, record in enumerate(records)
    ]
    rows = [row_of(shape, place, 0, record, 8_000) for place, record in enumerate(turned)]
    table = Table(rows, ("set",), shape)
    truly = [row.line in swapped for row in table.rows]
    pairs = np.array(
        [place for place, row in enumerate(table.rows) if row.answered and row.rejected], np.int64
    )
    said, ways = judged(table, pairs)
    doubts = 1 - said[np.arange(len(ways)), ways]
    return {
        "agrees": round(float((said.argmax(axis=1) == ways).mean()), 3),
        "area": round(auprc(doubts.tolist(), [truly[place] for place in pairs.tolist()]), 3),
        **_named(Preferences(), table, SWAPPED.id, truly),
    }


def _named(detector: TableDetector, table: Table, rule: str, truly: list[bool]) -> dict[str, Any]:
    claims = [each for each in detector.detect(table) if isinstance(each, Finding) and each.rule.id == rule]
    rows = [row for row, rules in table.suspects.items() if rule in rules]
    right = sum(truly[row] for row in rows)
    return {
        "found": bool(claims),
        "named": len(rows),
        "precision": round(right / max(1, len(rows)), 2),
        "recall": round(right / max(1, sum(truly)), 2),
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--public", type=Path)
    parser.add_argument("--cleanlab", default="")
    parser.add_argument("--rates", default="0.001,0.005,0.01,0.03,0.05,0.1")
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    if not (given.data and given.public):
        print("bench/flips.py needs --data and --public; nothing was measured")
        return
    kept: list[dict[str, Any]] = []
    rates = [float(rate) for rate in given.rates.split(",")]
    for name, rows in sets(given.data, given.public, 3_000, held=True).items():
        if "label" in rows[0] and (not given.only or name in given.only.split(",")):
            kept.append({"set": name, "attack": "none", "rate": 0.0, **labelled(rows, "")})
            for attack, planting in ATTACKS.items():
                for rate in rates:
                    poisoned = plant(rows, planting, rate, SEED)
                    kept.append(
                        {"set": name, "attack": attack, "rate": rate, **labelled(poisoned, given.cleanlab)}
                    )
                    print(json.dumps(kept[-1]), flush=True)
    for name in PAIRS if not given.only else ():
        raw = (given.public / name).read_bytes()
        text = (gzip.decompress(raw) if name.endswith("gz") else raw).decode("utf-8")
        records = (
            [json.loads(line) for line in text.splitlines()] if name.endswith("l.gz") else json.loads(text)
        )
        for rate in (0.0, *rates):
            kept.append({"set": name, "attack": "swapped", "rate": rate, **paired(records, rate)})
            print(json.dumps(kept[-1]), flush=True)
    results = json.loads(given.out.read_text("utf-8"))
    results["flips"] = {
        "command": "python bench/flips.py --data DIR --public DIR --cleanlab PYTHON",
        "rows": kept,
    }
    given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
