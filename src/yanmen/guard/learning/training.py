"""Trains a candidate: the lexical weights and the encoder's head are moved as little as takes up what people labelled.

The rehearsal set holds the model where it was: on its texts the wanted answer is the one the model gives already. Everything
is numpy, of one seed (there is no chance in it), and takes seconds once the encoder has read the texts.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from yanmen.guard.learning.containment import sources
from yanmen.guard.learning.fit import nearest, sparse
from yanmen.guard.learning.gates import flips
from yanmen.guard.learning.judging import HEAD, Model, Seen
from yanmen.guard.learning.rows import Row, digest
from yanmen.guard.model.lexical import BUCKETS, Lexical, features, language, pieces

STAY_LEXICAL, STAY_HEAD = 1e-3, 1e-3
"""How much the square of a change costs, against a mean loss of one. Chosen on the development sets."""
COUNTS = 10.0
"""How much a reviewed row counts against a row of the rehearsal set; all of them together never more than that set."""
SHARES = (1.0, 0.7, 0.5, 0.35, 0.25)
"""Of a change of the head, tried in this order."""
MARGIN = 0.98
"""The probability that is wanted of a reviewed row; where the model is surer already, it stays so."""
SOURCES = 10
"""Sources whose part in what changed is told: those with the most rows."""
FLIPS = 200
"""Rows of the gates that are named."""
_INT8 = 127


def train(
    model: Model, rows: Sequence[Row], seen: Sequence[Seen], rehearsal: Sequence[Row], known: Sequence[Seen]
) -> Model:
    """The model with rows taken up; ``seen`` and ``known`` are what the encoder made of the rows and of the rehearsal set."""
    if not rows:
        return model
    return Model(
        lexical=_lexical(model.lexical, rows, rehearsal),
        card=model.card,
        **_head(model, [*rows, *rehearsal], [*seen, *known], len(rows)),
    )


def _head(model: Model, rows: Sequence[Row], seen: Sequence[Seen], fresh: int) -> dict[str, Any]:
    """The head's weight and bias: logistic regression on each text's most suspicious window, in calibrated logits."""
    chosen, start = [], []
    for row, one in zip(rows, seen, strict=True):
        scale = model.card.channels[row.channel]
        logits = one.pooled @ model.weight + model.bias
        place = int(logits.argmax())
        chosen.append(np.append(one.pooled[place], 1.0) * scale.slope)
        start.append(_logit(scale.probability(float(logits[place]), len(logits))) - _logit(scale.threshold))
    matrix, begun = np.array(chosen, np.float64), np.array(start, np.float64)
    size = float(np.sqrt((matrix**2).sum(axis=1).mean()))
    matrix /= size
    change = nearest(
        lambda weights: matrix @ weights,
        lambda values: values @ matrix,
        begun,
        _wanted(rows[:fresh], begun),
        _counts(fresh, len(rows) - fresh),
        width=matrix.shape[1],
        stay=STAY_HEAD,
    )
    return _harmless(model, change / size, rows[fresh:], seen[fresh:])


def _harmless(
    model: Model, change: NDArray[np.float64], rehearsal: Sequence[Row], known: Sequence[Seen]
) -> dict[str, Any]:
    """As much of a change of the head as makes no benign text of the rehearsal set an attack; at least the last of SHARES."""
    benign = [(row, one) for row, one in zip(rehearsal, known, strict=True) if not row.attack]

    def alarms(one: Model) -> int:
        return sum(
            one.probability(row, seen) >= one.card.channels[row.channel].threshold for row, seen in benign
        )

    parts: dict[str, Any] = {}
    before = alarms(model)
    for share in SHARES:
        parts = {"weight": model.weight + share * change[:-1], "bias": model.bias + share * float(change[-1])}
        if alarms(Model(lexical=model.lexical, card=model.card, **parts)) <= before:
            break
    return parts


def _lexical(lexical: Lexical, rows: Sequence[Row], rehearsal: Sequence[Row]) -> Lexical:
    """The lexical weights, each channel by itself; only n-grams that stand in reviewed rows are touched."""
    weights = lexical.weights.copy()
    for number, channel in enumerate(("user", "data")):
        fresh = [row for row in rows if row.channel == channel]
        both = [*fresh, *(row for row in rehearsal if row.channel == channel)]
        if not fresh:
            continue
        found = [_window(lexical, row) for row in both]
        own = np.unique(np.concatenate([columns for columns, _, _ in found[: len(fresh)]]))
        index = np.full(BUCKETS, -1, np.intp)
        index[own] = np.arange(len(own))
        table = sparse([_only(index[columns], values) for columns, values, _ in found], len(own))
        begun = np.array([start for _, _, start in found])
        change = nearest(
            table.times,
            table.back,
            begun,
            _wanted(fresh, begun),
            _counts(len(fresh), len(both) - len(fresh)),
            width=len(own),
            stay=STAY_LEXICAL,
        )
        scale = float(lexical.scales[number])
        moved = weights[number, own] * scale + change
        weights[number, own] = np.clip(np.rint(moved / scale), -_INT8, _INT8).astype(np.int8)
    return Lexical(weights=weights, scales=lexical.scales, biases=lexical.biases, card=lexical.card)


def _window(lexical: Lexical, row: Row) -> tuple[NDArray[np.intp], NDArray[np.float64], float]:
    """A text's most suspicious window: its n-grams, what each counts, and how far its logit is above clearing."""
    windows = [row.text[start:end] for start, end in pieces(row.text)]
    logits = [lexical.logit(window, row.channel) for window in windows]
    best = int(np.argmax(logits))
    columns, counts = np.unique(features(windows[best]).astype(np.intp), return_counts=True)
    limit = lexical.card.channels[row.channel].clear_below[language(row.text)]
    return columns, counts / float(np.sqrt(counts.sum())), logits[best] - limit


def _only(
    columns: NDArray[np.intp], values: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    inside = columns >= 0
    return columns[inside], values[inside]


def _wanted(fresh: Sequence[Row], begun: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of reviewed rows what people said, MARGIN sure or as sure as the model is; of the others what the model says already."""
    wanted = 1 / (1 + np.exp(-np.clip(begun, -60, 60)))
    for place, row in enumerate(fresh):
        wanted[place] = max(wanted[place], MARGIN) if row.attack else min(wanted[place], 1 - MARGIN)
    return np.asarray(wanted, np.float64)


def _counts(fresh: int, others: int) -> NDArray[np.float64]:
    each = min(COUNTS, others / fresh) if others and fresh else 1.0
    return np.concatenate((np.full(fresh, max(each, 0.1)), np.ones(others)))


def _logit(p: float) -> float:
    p = min(max(p, 1e-9), 1 - 1e-9)
    return float(np.log(p / (1 - p)))


def write(model: Model, folder: Path, *, day: str) -> None:
    """Write a model's files into an empty folder: its own lexical weights, head and card; the rest is as it was."""
    parent = model.card
    for name in parent.files:
        if name not in {HEAD, "lexical.npz"}:
            shutil.copyfile(parent.file(name), folder / name)
    lexical = model.lexical
    np.savez(folder / "lexical.npz", weights=lexical.weights, scales=lexical.scales, biases=lexical.biases)
    np.savez(folder / HEAD, weight=model.weight.astype(np.float32), bias=np.array([model.bias], np.float32))
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != "card.json"
    }
    name = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:8]
    version = f"{parent.version.partition('+')[0]}+{name}"
    card = msgspec.structs.replace(parent, version=version, made=day, files=files, folder="")
    (folder / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1))


def data_card(rows: Sequence[Row], rehearsal: Sequence[Row]) -> dict[str, Any]:
    """What a candidate was trained on: counts and hashes, no text."""
    return {
        "rows": len(rows),
        "sources": dict(list(sources(rows).items())[:50]),
        "analysts": dict(Counter(row.analyst for row in rows if row.analyst).most_common(50)),
        "labels": dict(sorted(Counter(row.label for row in rows).items())),
        "classes": dict(sorted(Counter(row.kind for row in rows if row.attack).items())),
        "languages": dict(sorted(Counter(row.tongue for row in rows).items())),
        "sha256": digest(rows),
        "rehearsal": {"rows": len(rehearsal), "sha256": digest(rehearsal)},
        "settings": {
            "stay_lexical": STAY_LEXICAL,
            "stay_head": STAY_HEAD,
            "counts": COUNTS,
            "margin": MARGIN,
        },
    }


def blamed(
    model: Model,
    after: Model,
    rows: Sequence[Row],
    seen: Sequence[Seen],
    rehearsal: Sequence[Row],
    known: Sequence[Seen],
    gates: Sequence[Row],
    viewed: Sequence[Seen],
) -> list[dict[str, Any]]:
    """Rows of the gates that are judged differently now, each with the sources without whom it would not be.

    Each of the SOURCES largest is left out in turn and the model trained again.
    """
    old, new = model.attacks(gates, viewed), after.attacks(gates, viewed)
    changed = [(row, right) for row, right in flips(gates, old, new)][:FLIPS]
    places = [place for place in range(len(gates)) if old[place] != new[place]][:FLIPS]
    because: list[list[str]] = [[] for _ in changed]
    names = list(sources(rows))[:SOURCES] if changed else []
    for name in names:
        stay = [place for place, row in enumerate(rows) if row.source != name]
        without = train(model, [rows[at] for at in stay], [seen[at] for at in stay], rehearsal, known)
        for number, place in enumerate(places):
            if without.attack(gates[place], viewed[place]) == old[place]:
                because[number].append(name)
    return [
        {"gate": row.cell, "row": row.id, "right": right, "because": why}
        for (row, right), why in zip(changed, because, strict=True)
    ]
