"""Judges dev with a shipped model folder, and chooses the numbers of its card: calibration, thresholds, the cascade's band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.prompt.examples import CLASSES, Channel, Example
from yanmen.guard.model import lexical
from yanmen.guard.model.encoder import Encoder

CHARACTERS = 12_000
"""Of a text that are judged."""
FALSE_ALARMS = {"user": 0.009, "data": 0.02}
"""Share of clean public dev rows that may be called attacks: the mean over sources, so that no large one rules."""
WORST = 4.0
"""No part may have more than so many times that share."""
LOST, LOST_OF_PART, LOST_OF_NEW, SPARED = 0.005, 0.01, 0.04, 0.85
"""Shares that bound what the lexical model clears: see :func:`_clear`."""
PASSED, PASSED_OF_PART, PASSED_CLEAN = 0.003, 0.01, 0.97
"""Shares that bound what the scout lets pass: see :func:`_pass`."""
ALIKE = 0.5
"""What the scout's limit is lowered by, in logits: new attacks look less like those it was taught with than dev's do."""


@dataclass(slots=True)
class Judged:
    """An example, the highest logit of its windows, the class and span that go with it, and what the two small models say."""

    example: Example
    logit: float
    logits: np.ndarray
    """Of each window."""
    scouted: np.ndarray
    """What the scout says of each window."""
    kind: int
    lexical: float
    span: tuple[int, int]

    @property
    def windows(self) -> int:
        """Their number."""
        return len(self.logits)


def judge(encoder: Encoder, fast: lexical.Lexical, examples: Sequence[Example]) -> list[Judged]:
    """Every example read by all models."""
    judged = []
    for example in examples:
        text = example.text[:CHARACTERS]
        windows = encoder.windows(text, example.channel)
        found = encoder.judge(windows)
        most = max(found, key=lambda one: one.logit)
        judged.append(
            Judged(
                example,
                most.logit,
                np.array([one.logit for one in found]),
                np.array([encoder.scouted(window) for window in windows]),
                int(most.classes.argmax()),
                fast.score(text, example.channel),
                most.span,
            )
        )
    return judged


def part(example: Example) -> str:
    """Which part of dev a row belongs to: its source, our own grammar's families together by language."""
    if example.source.startswith("grammar/"):
        return f"grammar-{example.lang}"
    return example.source


def probabilities(judged: Sequence[Judged], numbers: dict[str, float]) -> np.ndarray:
    """Calibrated probabilities."""
    logit = np.array([one.logit for one in judged])
    doublings = np.log2([one.windows for one in judged])
    value = numbers["slope"] * logit + numbers["intercept"] - numbers["per_window"] * doublings
    return _sigmoid(value)


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))


def calibrated(judged: Sequence[Judged], channel: Channel, novel: Mapping[str, Sequence[float]]) -> dict[str, object]:
    """The numbers of one channel's card. ``novel``: see :func:`training.prompt.linear.left_out`."""
    some = [one for one in judged if one.example.channel == channel]
    labels = np.array([one.example.attack for one in some])
    inputs = np.array([[one.logit, -np.log2(one.windows)] for one in some])
    weights = np.where(labels, 1 / labels.sum(), 1 / (~labels).sum()) * len(labels)
    model = LogisticRegression(C=1.0).fit(inputs, labels, sample_weight=weights)
    numbers = {
        "slope": float(model.coef_[0, 0]), "intercept": float(model.intercept_[0]),
        "per_window": max(0.0, float(model.coef_[0, 1])),
    }
    chance = probabilities(some, numbers)
    threshold = _threshold(some, chance, FALSE_ALARMS[channel])
    here = {name.partition("-")[2]: scores for name, scores in novel.items() if name.startswith(channel)}
    clear = _clear(some, chance >= threshold, here)
    passing = _pass(some, numbers, threshold)
    kept = {k: round(v, 5) for k, v in numbers.items()}
    return {**kept, "threshold": round(threshold, 4), "clear_below": clear, "pass_below": passing}


def _threshold(some: Sequence[Judged], chance: np.ndarray, allowed: float) -> float:
    """The lowest threshold at which the false alarms of public parts, in the mean and in the worst, are allowed.

    Our own parts count in the mean only.

    Rows of one family of our grammar are near copies of each other, and dev has few families: of them the median is bounded.
    """
    parts: dict[str, list[float]] = defaultdict(list)
    for one, value in zip(some, chance, strict=True):
        if not one.example.attack:
            parts[one.example.source].append(float(value))
    public = {name: np.array(v) for name, v in parts.items() if len(v) >= 20 and not name.startswith("grammar/")}
    families = [np.array(v) for name, v in parts.items() if name.startswith("grammar/")]
    for threshold in np.arange(0.02, 0.995, 0.005):
        shares = {name: float((values >= threshold).mean()) for name, values in public.items()}
        worst = max(share for name, share in shares.items() if not name.startswith("own/"))
        middle = float(np.median([(values >= threshold).mean() for values in families])) if families else 0.0
        if np.mean(list(shares.values())) <= allowed and worst <= WORST * allowed + 0.02 and middle <= 2.5 * allowed:
            return float(threshold)
    return 0.99


def _clear(some: Sequence[Judged], found: np.ndarray, novel: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The lexical logit of each language below which nothing goes to the encoder.

    At most LOST of the attacks that the encoder finds are cleared by it, at most LOST_OF_PART of any source's or class's, and at
    most SPARED of the clean rows. Dev has few families of attacks, and new ones look less like those learned from: so at most
    LOST_OF_NEW of the attacks of families that a model of half the grammar has not seen.
    """
    limits: dict[str, float] = {}
    for word in ("zh", "en", "other"):
        here = [lexical.language(one.example.text) == word for one in some]
        attacks = [one for one, f, h in zip(some, found, here, strict=True) if h and f and one.example.attack]
        clean = [one.lexical for one, h in zip(some, here, strict=True) if h and not one.example.attack]
        if len(attacks) < 30:  # too few to choose by: as strict as the other languages
            limits[word] = min(limits.values())
            continue
        parts: dict[str, list[float]] = defaultdict(list)
        for one in attacks:
            parts[f"{part(one.example)} {one.example.kind}"].append(one.lexical)
        bounds = [np.quantile(scores, LOST_OF_PART) for scores in parts.values() if len(scores) >= 15]
        bounds += [np.quantile([one.lexical for one in attacks], LOST), np.quantile(clean, SPARED)]
        bounds += [np.quantile(v, LOST_OF_NEW) for name, v in novel.items() if name.startswith(word) and len(v) >= 50]
        limits[word] = round(float(min(bounds)), 3)
    return limits


def _pass(some: Sequence[Judged], numbers: dict[str, float], threshold: float) -> dict[str, float]:
    """The scout's logit of each language below which the encoder does not read a window.

    An attack is lost when the scout lets every window pass for which the encoder would call the text one. At most PASSED of
    the attacks that it finds are lost, at most PASSED_OF_PART of any source's or class's; and at most PASSED_CLEAN of the clean
    rows' windows pass. From what that gives, ALIKE is taken off.
    """
    limits: dict[str, float] = {}
    for word in ("zh", "en", "other"):
        here = [one for one in some if lexical.language(one.example.text) == word]
        parts: dict[str, list[float]] = defaultdict(list)
        for one in here:
            value = numbers["slope"] * one.logits + numbers["intercept"] - numbers["per_window"] * np.log2(one.windows)
            telling = one.scouted[_sigmoid(value) >= threshold]
            if one.example.attack and len(telling):
                parts[f"{part(one.example)} {one.example.kind}"].append(float(telling.max()))
        every = [score for scores in parts.values() for score in scores]
        clean = np.concatenate([one.scouted for one in here if not one.example.attack] or [np.zeros(1)])
        if len(every) < 30:  # too few to choose by: as strict as the other languages
            limits[word] = min(limits.values())
            continue
        bounds = [np.quantile(scores, PASSED_OF_PART) for scores in parts.values() if len(scores) >= 15]
        bounds += [np.quantile(every, PASSED), np.quantile(clean, PASSED_CLEAN)]
        limits[word] = round(float(min(bounds)) - ALIKE, 3)
    return limits


def report(judged: Iterable[Judged], channels: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """Shares called attacks by the encoder, cleared by the lexical model, read by the encoder, and called attacks by all three
    together, by channel and part."""
    rows: dict[str, list[tuple[bool, bool, bool, bool]]] = defaultdict(list)
    for one in judged:
        numbers = channels[one.example.channel]
        word = lexical.language(one.example.text)
        attack = bool(probabilities([one], numbers)[0] >= numbers["threshold"])
        clear = one.lexical < numbers["clear_below"][word]
        limit = numbers["pass_below"][word]
        read = one.scouted >= limit
        seen = np.where(read, one.logits, one.scouted)
        value = numbers["slope"] * seen.max() + numbers["intercept"] - numbers["per_window"] * np.log2(one.windows)
        stopped = not clear and bool(_sigmoid(value) >= numbers["threshold"])
        names = [part(one.example)]
        if one.example.source.startswith("grammar/") and one.example.attack:
            names.append(f"grammar-{one.example.lang}:{CLASSES[one.example.kind]}")
        for name in (*names, f"ALL-{lexical.language(one.example.text)}"):
            key = f"{one.example.channel}/{'attack' if one.example.attack else 'benign'}/{name}"
            rows[key].append((attack, clear, not clear and bool(read.any()), stopped))
    return {
        key: {"n": len(values), "called": round(float(np.mean([v[0] for v in values])), 4),
              "cleared": round(float(np.mean([v[1] for v in values])), 4),
              "read": round(float(np.mean([v[2] for v in values])), 4),
              "cascade": round(float(np.mean([v[3] for v in values])), 4)}
        for key, values in sorted(rows.items())
    }
