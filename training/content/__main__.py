"""One command: read, fit, choose thresholds on the development set, write weights and cards.

    python -m training.content --data DIR [--out FOLDER]

About three minutes on one core. The same data gives the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from training.content.fitting import Design, Floats, fit
from training.content.rows import OWN, Row, development, training

from yanmen.guard.content.model import BUCKETS, FOLDER, HEADS
from yanmen.guard.model.lexical import WINDOW

BUDGET = {"harm": 0.01, "insult": 0.02}
"""Benign rows of a language that may be found on the development set."""
VERSION = "2026.11"


def labels(head: str, rows: list[Row]) -> tuple[Floats, Floats]:
    """What a head should say of each row, and how much the row counts."""
    comment = np.array([row.source == "cold" for row in rows])
    base = np.array([row.weight for row in rows], np.float32)
    if head == "harm":
        wanted = np.array([bool(row.risk) for row in rows])
        base = np.where(comment & wanted, 0, np.where(comment, 0.25, base))
    elif head == "insult":
        wanted = np.array([row.risk.startswith("A2") for row in rows])
    else:
        wanted = np.array([row.risk.startswith(head) for row in rows])
        base = np.where([bool(row.risk) for row in rows], base, 0)
    share = base[wanted].sum() / base.sum()
    balanced = np.where(wanted, base * min(1.0, 0.4) / max(share, 1e-6) * (1 - share), base)
    return wanted.astype(np.float32), balanced.astype(np.float32)


def quantised(weights: list[Floats]) -> tuple[Any, Floats]:
    """Eight bits a weight; a head's largest is 127 steps."""
    scales = np.array([np.abs(one).max() / 127 for one in weights], np.float32)
    return np.stack([np.round(one / scale).astype(np.int8) for one, scale in zip(weights, scales, strict=True)]), scales


def bands(logits: dict[str, Floats], rows: list[Row]) -> dict[str, dict[str, dict[str, float]]]:
    """For each head and language the logit that the budget of benign rows allows, and a slope."""
    chosen: dict[str, dict[str, dict[str, float]]] = {}
    for head, budget in BUDGET.items():
        for lang in ("zh", "en"):
            if head == "insult" and lang == "en":
                continue  # no labelled English comments
            mine = [(i, row) for i, row in enumerate(rows) if row.lang == lang]
            clean = [i for i, row in mine if not row.risk and (row.source != "cold" or head == "insult")]
            found = [i for i, row in mine if row.risk and (row.source != "cold") == (head == "harm")]
            scores = logits[head]
            threshold = float(np.quantile(scores[clean], 1 - budget))
            spread = float(np.std(scores[found]))
            chosen.setdefault(head, {})[lang] = {"threshold": round(threshold, 4), "slope": round(2.0 / max(spread, 0.1), 4)}
    return chosen


def figures(logits: dict[str, Floats], chosen: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    """Rows found of all, by language, source, class and risk."""
    hit = np.zeros(len(rows), bool)
    for head, by_lang in chosen.items():
        for lang, band in by_lang.items():
            mine = np.array([row.lang == lang for row in rows])
            hit |= mine & (logits[head] >= band["threshold"])
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for row, said in zip(rows, hit, strict=True):
        if row.lang == "other":
            continue
        kind = row.risk[:2] or "benign"
        for key in (f"{row.lang} {kind}", f"{row.lang} {kind} {row.source}", f"{row.lang} risk {row.risk}" if row.risk else ""):
            if key:
                total[key] += 1
                found[key] += int(said)
    return {key: {"rows": total[key], "found": found[key], "share": round(found[key] / total[key], 4)} for key in sorted(total)}


def main() -> None:
    """Train and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, default=FOLDER)
    chosen = options.parse_args()
    rows, held = training(chosen.data), development(chosen.data)
    print(f"{len(rows)} rows to train on, {len(held)} to choose thresholds on")
    harmful = [row for row in rows if row.risk]
    whole, of_harm = Design([row.text[:WINDOW] for row in rows]), Design([row.text[:WINDOW] for row in harmful])
    judged = Design([row.text[:WINDOW] for row in held])
    fitted: list[Floats] = []
    biases: list[float] = []
    for head in HEADS:
        weights, bias = (
            fit(whole, *labels(head, rows), BUCKETS) if head in BUDGET else fit(of_harm, *labels(head, harmful), BUCKETS)
        )
        fitted.append(weights)
        biases.append(bias)
        print(head, "fitted")
    steps, scales = quantised(fitted)
    logits = {
        head: judged.logits(steps[index].astype(np.float32) * scales[index], biases[index]) for index, head in enumerate(HEADS)
    }
    limits = bands(logits, held)
    chosen.out.mkdir(parents=True, exist_ok=True)
    path = chosen.out / "content.npz"
    np.savez_compressed(path, weights=steps, scales=scales, biases=np.array(biases, np.float32))
    card = {
        "version": VERSION,
        "files": {"content.npz": hashlib.sha256(path.read_bytes()).hexdigest()},
        "bands": limits,
        "trained_on": dict(sorted(Counter(row.source for row in rows).items())),
        "rows_by_risk": dict(sorted(Counter(f"{row.risk or 'benign'} {row.lang}" for row in rows).items())),
        "own_rows_sha256": hashlib.sha256(OWN.read_bytes()).hexdigest(),
        "development": figures(logits, limits, held),
    }
    (chosen.out / "card.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for key, said in card["development"].items():
        print(f"{key:40} {said['found']:6} of {said['rows']:6}  {said['share']:.3f}")


if __name__ == "__main__":
    main()
