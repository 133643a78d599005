"""One command: read HaluEval's questions with context, fit, measure on the development set, write the weights and their card.

    python -m training.grounding --data DIR [--out FILE]

A few seconds. HaluEval's general answers have no context and are not used. Length is no feature: made-up answers of HaluEval are
longer than right ones, which says nothing about other answers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from yanmen.guard.grounding.support import FEATURES, FILE, Context, claims, features, fingerprint


def table(path: Path) -> tuple[Any, Any, int]:
    """Features and labels (1: made up) of the rows that claim something, and how many there are in all."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    kept = [row for row in rows if claims(row["text"])]
    values = [features(row["text"], Context([row["context"]], row["question"])) for row in kept]
    return np.array(values), np.array([row["label"] == "hallucinated" for row in kept], float), len(rows)


def fit(values: Any, labels: Any) -> tuple[Any, float]:
    """Logistic regression by Newton's steps, both labels weighing the same."""
    design = np.hstack([values, np.ones((len(values), 1))])
    weights = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    theta = np.zeros(design.shape[1])
    ridge = np.diag([1.0] * values.shape[1] + [0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ theta))
        slope = design.T @ (weights * (labels - chance)) - ridge @ theta
        curve = (design.T * (weights * chance * (1 - chance))) @ design + ridge
        theta += np.linalg.solve(curve, slope)
    return theta[:-1], float(theta[-1])


def area(scores: Any, labels: Any) -> float:
    """AUROC: the chance that a made-up answer scores above a right one."""
    order = np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 1.0
    for score in np.unique(scores):
        order[scores == score] = order[scores == score].mean()
    bad = labels == 1
    return float((order[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum()))


def main() -> None:
    """Train and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, default=FILE)
    chosen = options.parse_args()
    values, labels, _ = table(chosen.data / "grounding/train/halueval_qa_en.jsonl")
    theta, bias = fit(values, labels)
    held, truth, total = table(chosen.data / "grounding/dev/halueval_qa_en.jsonl")
    chance = 1 / (1 + np.exp(-(held @ theta + bias)))
    threshold = 0.5
    weights = {name: round(float(value), 5) for name, value in zip(FEATURES, theta, strict=True)}
    bias = round(bias, 5)
    card = {
        "weights": weights,
        "bias": bias,
        "threshold": threshold,
        "digest": fingerprint(weights, bias, threshold),
        "trained_on": {"halueval_qa_en": len(labels)},
        "development": {"rows": total, "judged": len(truth), "auroc": round(area(chance, truth), 4),
                        "found": round(float((chance[truth == 1] >= threshold).mean()), 4),
                        "false_alarms": round(float((chance[truth == 0] >= threshold).mean()), 4)},
    }
    chosen.out.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    print(json.dumps(card, indent=1))
    for index, name in enumerate(FEATURES):
        print(name, "alone:", round(area(-held[:, index], truth), 3))


if __name__ == "__main__":
    main()
