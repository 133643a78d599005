"""What grounding finds, and how far its probabilities can be believed.

    python bench/grounding.py --data DIR

On HaluEval's development rows with context (English). The rows without a context are counted as abstentions, which is what they
are. Calibration: ten bands of equal width, with the prior of the development set; ECE is the mean distance between a band's
probability and its share of made-up answers, weighed by rows. There is no labelled Chinese set: Chinese is abstained on, and
nothing is claimed.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rig import harness

from yanmen.guard.grounding.support import FEATURES, Context, claims, features, judge, shipped

PARAPHRASES = Path(__file__).parents[1] / "tests/corpora/grounding.jsonl"


def area(scores: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """AUROC, ties counting half."""
    above = (scores[bad][:, None] > scores[~bad][None, :]).mean()
    same = (scores[bad][:, None] == scores[~bad][None, :]).mean()
    return round(float(above + same / 2), 4)


def calibration(scores: NDArray[np.float64], bad: NDArray[np.bool_]) -> tuple[float, list[dict[str, Any]]]:
    """The expected calibration error, and its table."""
    error, table = 0.0, []
    edges = np.linspace(0, 1, 11)
    for low, high in pairwise(edges):
        inside = (scores >= low) & ((scores < high) | ((high == 1.0) & (scores == 1.0)))
        if inside.any():
            said, true = float(scores[inside].mean()), float(bad[inside].mean())
            error += abs(said - true) * float(inside.mean())
            table.append(
                {
                    "band": f"{low:.1f}-{high:.1f}",
                    "rows": int(inside.sum()),
                    "said": round(said, 3),
                    "made_up": round(true, 3),
                }
            )
    return round(error, 4), table


def worst(text: str, context: Context) -> float | None:
    """The highest probability of a sentence; None: nothing is claimed."""
    return max((one.unsupported for one in judge(text, context)), default=None)


def sentences(path: Path) -> dict[str, Any]:
    """Sentences written for this repository: supported in other words, unsupported, by hand."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    said: dict[str, list[float]] = {}
    for row in rows:
        chance = worst(row["text"], Context([row["context"]]))
        said.setdefault(row["label"], []).append(chance if chance is not None else 0.0)
    limit = shipped().threshold
    return {
        label: {"rows": len(some), "found": sum(one >= limit for one in some)}
        for label, some in sorted(said.items())
    }


def main() -> None:
    """Measure, print and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    folder = options.parse_args().data / "grounding" / "dev"
    rows = [json.loads(line) for line in (folder / "halueval_qa_en.jsonl").read_text("utf-8").splitlines()]
    model = shipped()
    kept = [row for row in rows if claims(row["text"])]
    contexts = [Context([row["context"]], row["question"]) for row in kept]
    values = np.array([features(row["text"], one) for row, one in zip(kept, contexts, strict=True)])
    scores = 1 / (1 + np.exp(-(values @ np.array([model.weights[name] for name in FEATURES]) + model.bias)))
    bad = np.array([row["label"] == "hallucinated" for row in kept])
    error, table = calibration(scores, bad)
    general = sum(1 for _ in (folder / "halueval_general_en.jsonl").open(encoding="utf-8"))
    figures = {
        "en": {
            "rows": len(rows),
            "judged": len(kept),
            "abstained": len(rows) - len(kept),
            "auroc": area(scores, bad),
            "found": round(float((scores[bad] >= model.threshold).mean()), 4),
            "false alarms": round(float((scores[~bad] >= model.threshold).mean()), 4),
            "ece": error,
            "reliability": table,
            "auroc of each feature alone": {
                name: area(-values[:, index] if name != "negation" else values[:, index], bad)
                for index, name in enumerate(FEATURES)
            },
        },
        "zh": "abstained: no labelled rows",
        "en without context (halueval_general)": {"rows": general, "abstained": general},
        "sentences of this repository": sentences(PARAPHRASES),
    }
    sys.argv[1:] = ["--data", "DIR"]
    harness.keep("grounding", figures)


if __name__ == "__main__":
    main()
