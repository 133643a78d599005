"""Keeps poisoned labels out of a training: what one source can do is bounded, and what contradicts waits for a second person.

Set aside until two people say the same: labels that contradict a near-duplicate (another review, or a text of the rehearsal
set), and labels that strongly contradict the model in force.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from yanmen.guard.learning.rows import Row
from yanmen.guard.sketch import NEAR, read, similarity

CAPS = {"analyst": (0.5, 200), "source": (0.25, 20)}
"""Of all reviewed rows, what one analyst and one source (a key, an address, a reporter) may bring: a share, and a number that
is allowed in any case. Files that the operator names are not capped."""
OWN = "file:"
"""How the names of such files begin."""
STRONG = 0.95
"""A probability from which on the model is sure: a text it is so sure of is called benign, or one it is as sure is benign is
called an attack."""
AGREED = 2
"""People who must say the same of a text before a label that contradicts is learnt from."""


class Contained(msgspec.Struct, frozen=True):
    """Which rows are learnt from, and why others are not."""

    rows: tuple[Row, ...]
    quarantined: dict[str, str]
    """Row id to why: ``model:P`` (what the model in force says) or ``near-duplicate:ID``."""
    capped: dict[str, int]
    """Source to how many of its rows were left out."""


def contain(
    rows: Sequence[Row],
    rehearsal: Sequence[Row],
    probabilities: Mapping[str, float],
) -> Contained:
    """Sort rows out. ``probabilities`` has what the model in force says of a row, by its id."""
    quarantined = _contradictions(rows, rehearsal)
    for row in rows:
        said = probabilities.get(row.id, 0.5)
        if (not row.attack and said >= STRONG) or (row.attack and said <= 1 - STRONG):
            quarantined.setdefault(row.id, f"model:{said:.3f}")
    for row in rows:
        if row.voices >= AGREED:
            quarantined.pop(row.id, None)
    kept = [row for row in rows if row.id not in quarantined]
    taken: Counter[str] = Counter()
    capped: Counter[str] = Counter()
    learnt = []
    for row in kept:
        over = [name for name, most in _caps(row, len(kept)) if taken[name] >= most]
        if over:
            capped[over[0]] += 1
        else:
            taken.update({name for name, _ in _caps(row, len(kept))})
            learnt.append(row)
    return Contained(tuple(learnt), quarantined, dict(capped))


def _caps(row: Row, total: int) -> list[tuple[str, int]]:
    """Who is behind a row, and how many rows each may bring."""
    behind = [("source", row.source)] if not row.source.startswith(OWN) else []
    behind += [("analyst", row.analyst)] if row.analyst else []
    return [(name, max(CAPS[side][1], int(CAPS[side][0] * total))) for side, name in behind]


def _contradictions(rows: Sequence[Row], rehearsal: Sequence[Row]) -> dict[str, str]:
    """Rows near to a row of another label."""
    both = [*rows, *rehearsal]
    sketches = np.array([read(row.sketch) for row in both], np.uint8).reshape(len(both), -1)
    attacks = np.array([row.attack for row in both], np.bool_)
    found: dict[str, str] = {}
    for place, row in enumerate(rows):
        near = np.flatnonzero((similarity(sketches[place], sketches) >= NEAR) & (attacks != row.attack))
        if len(near):
            other = both[int(near[0])]
            found[row.id] = f"near-duplicate:{other.id or other.source}"
    return found


def sources(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows each source brings, the most first."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.source] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
