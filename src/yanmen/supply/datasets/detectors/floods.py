"""Near-duplicate floods: one text, said again and again in nearly the same words, weighs as much as all its copies.

Lee et al. (2022) show what duplicates do to a model, Carlini et al. (2024) how they come into sets from the web. Clusters are found
by MinHash and locality-sensitive hashing (Broder 1997).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

_FIX = (
    "Keep one row of each cluster; look at where the copies come from.",
    "每组只保留一行，并查清这些副本的来源。",
)
FLOOD = rule(
    "near-duplicate-flood",
    Severity.MEDIUM,
    ("Many rows say nearly the same", "大量行内容几乎相同"),
    _FIX,
)
DUPLICATES = rule(
    "duplicates",
    Severity.LOW,
    ("Rows are repeated", "存在重复行"),
    _FIX,
    "cwe:1039",
)
CONFLICT = rule(
    "contradictory-duplicates",
    Severity.LOW,
    ("The same text has different labels", "相同文本带有不同标签"),
    (
        "Decide which label is right. Where one supplier's rows disagree with all others', ask them.",
        "请确认正确的标签；若某一来源的行与其他来源均不一致，请向其核实。",
    ),
)
_LEAST = 10
"""Rows of a cluster below which it is no flood."""
_SHARE = 0.001
"""Share of all rows below which it is none."""
_OUTSTANDING = 4.0
"""How many times larger than the set's usual large cluster a flood is."""
_REPEATED = 0.02
"""Share of rows that are repeated from which it is said."""
_SHOWN = 5
_LETTERS = 20
"""Letters from which an answer is a row's own."""
_HEADS = 1_000
"""Families with one answer that are compared."""


class Floods(TableDetector):
    """Clusters of near-duplicates that stand out, exact copies, and copies that contradict each other."""

    rules = (FLOOD, DUPLICATES, CONFLICT)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """Floods by size, then what is to be said of copies."""
        families = _joined(table)
        sizes = np.bincount(families, minlength=len(table))
        usual = _usual(sizes)
        least = max(_LEAST, _SHARE * len(table), _OUTSTANDING * usual)
        heads = np.flatnonzero(sizes >= least)
        for head in heads[np.lexsort((heads, -sizes[heads]))].tolist()[:_SHOWN]:
            yield _flood(table, np.flatnonzero(families == head), usual)
        yield from _copies(table)


def _joined(table: Table) -> NDArray[np.int64]:
    """Families of near-duplicates; those with one answer word for word and half of their words in common are one.

    Of a short question one word that differs is a third of all triples, so that its copies fall apart.
    """
    families = table.families.copy()
    homes: dict[str, list[int]] = {}
    for place, row in enumerate(table.rows):
        if len(row.answered) >= _LETTERS:
            homes.setdefault(row.answered, []).append(place)
    for rows in homes.values():
        heads = sorted(set(families[rows].tolist()))
        for head in heads[1:] if 1 < len(heads) <= _HEADS else ():
            if _alike(table, heads[0], head):
                families[families == head] = heads[0]
    return families


def _alike(table: Table, one: int, other: int) -> bool:
    starts, hashes = table.asked.starts, table.asked.hashes
    left, right = (set(hashes[starts[row] : starts[row + 1]].tolist()) for row in (one, other))
    return 2 * len(left & right) >= len(left | right) > 0


def _usual(sizes: NDArray[np.int64]) -> float:
    """The size of large clusters of this set, were there no flood: of those with more than one row, the ninetieth percentile."""
    several = np.sort(sizes[sizes > 1])
    return float(several[int(len(several) * 0.9)]) if len(several) >= _LEAST else 2.0


def _flood(table: Table, rows: NDArray[np.int64], usual: float) -> Claim:
    labels = Counter(table.rows[row].label for row in rows.tolist())
    mix = ", ".join(f"{quoted(label)} {count}" for label, count in labels.most_common(3) if label)
    share = len(rows) / len(table)
    evidence = (
        f"{len(rows)} rows ({share:.2%}) nearly the same as {quoted(table.rows[int(rows[0])].asked)};"
        f" the set's large clusters have {usual:.0f}" + (f"; labels {mix}" if mix else "")
    )
    return Claim(FLOOD, rows.tolist(), evidence, min(0.95, 0.5 + len(rows) / (len(rows) + 20 * usual) / 2))


def _copies(table: Table) -> Iterator[Claim]:
    same = np.flatnonzero(table.keys[1:] == table.keys[:-1]) + 1
    if len(same) and len(same) >= _REPEATED * len(table):
        yield Claim(
            DUPLICATES,
            same.tolist(),
            f"{len(same)} of {len(table)} rows are exact copies of others",
            0.9,
            [0.1] * len(same),
        )
    by_text: dict[str, dict[str, list[int]]] = {}
    for place, row in enumerate(table.rows):
        if row.label and row.asked and not row.answered:
            by_text.setdefault(row.asked, {}).setdefault(row.label, []).append(place)
    conflicting = [
        row for labels in by_text.values() if len(labels) > 1 for rows in labels.values() for row in rows
    ]
    if conflicting:
        evidence = f"{len(conflicting)} rows share their text with a row of another label"
        yield Claim(CONFLICT, sorted(conflicting), evidence, 0.9, [0.3] * len(conflicting))
