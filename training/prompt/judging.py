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

EARLY_LOST, EARLY_LOST_OF_PART, EARLY_SPARED = 0.003, 0.01, {"user": 0.3, "data": 1.3}
"""The same for the early exit, and how much lower its bound is set than they allow: its layers have seen the families of dev's
kind more often than new ones. Instructions planted in tables are few in dev and get lost first, so data is spared more."""


@dataclass(slots=True)
class Judged:
    """An example, the highest logit of its windows, their number, and the class that goes with it."""

    example: Example
    logit: float
    windows: int
    kind: int
    lexical: float
    span: tuple[int, int]
    early: float = 0.0
    """The early exit's logit of the window that has the highest one."""


def judge(encoder: Encoder, fast: lexical.Lexical, examples: Sequence[Example]) -> list[Judged]:
    """Every example read by both models."""
    judged = []
    for example in examples:
        windows = encoder.windows(example.text[:CHARACTERS], example.channel)
        said = encoder.judge(windows)
        place = max(range(len(said)), key=lambda n: said[n].logit)
        most, early = said[place], max(encoder.early([windows[place]]), default=0.0)
        score = fast.score(example.text[:CHARACTERS], example.channel)
        judged.append(Judged(example, most.logit, len(windows), int(most.classes.argmax()), score, most.span, early))
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
    rounded = {k: round(v, 5) for k, v in numbers.items()}
    early = _early(some, chance >= threshold, EARLY_SPARED[channel])
    return {**rounded, "threshold": round(threshold, 4), "clear_below": clear, "early_below": early}


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


def _early(some: Sequence[Judged], found: np.ndarray, spared: float) -> dict[str, float]:
    """The logit of the early exit below which a window is not read further, by language.

    At most EARLY_LOST of the attacks that the encoder finds are cleared by it, and at most EARLY_LOST_OF_PART of any source's or
    class's.
    """
    limits: dict[str, float] = {}
    for word in ("zh", "en", "other"):
        parts: dict[str, list[float]] = defaultdict(list)
        for one, f in zip(some, found, strict=True):
            if f and one.example.attack and lexical.language(one.example.text) == word:
                parts[f"{part(one.example)} {one.example.kind}"].append(one.early)
        scores = [score for those in parts.values() for score in those]
        if len(scores) < 30:  # too few to choose by: as strict as the other languages
            limits[word] = min(limits.values())
            continue
        bounds = [np.quantile(those, EARLY_LOST_OF_PART) for those in parts.values() if len(those) >= 15]
        limits[word] = round(float(min([np.quantile(scores, EARLY_LOST), *bounds])) - spared, 3)
    return limits


def report(judged: Iterable[Judged], channels: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """Shares found, called attacks though clean, and cleared by the lexical model, by channel and part."""
    rows: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for one in judged:
        numbers = channels[one.example.channel]
        attack = bool(probabilities([one], numbers)[0] >= numbers["threshold"])
        clear = one.lexical < numbers["clear_below"][lexical.language(one.example.text)]
        names = [part(one.example)]
        if one.example.source.startswith("grammar/") and one.example.attack:
            names.append(f"grammar-{one.example.lang}:{CLASSES[one.example.kind]}")
        for name in (*names, f"ALL-{lexical.language(one.example.text)}"):
            key = f"{one.example.channel}/{'attack' if one.example.attack else 'benign'}/{name}"
            rows[key].append((attack, clear, attack and not clear))
    return {
        key: {"n": len(values), "called": round(float(np.mean([v[0] for v in values])), 4),
              "cleared": round(float(np.mean([v[1] for v in values])), 4),
              "cascade": round(float(np.mean([v[2] for v in values])), 4)}
        for key, values in sorted(rows.items())
    }
