"""Whether a model is worse than another where it must not be: by language and class, benign texts first.

Both judge the same rows, so only those that they judge differently say anything: ``mended`` rows the new one alone judges
rightly, ``broken`` rows the old one alone. A gate has regressed where more were broken than mended, and either that many are
not chance (exact one-sided McNemar test, p < CHANCE) or their net number is past what the gate allows (SLACK of its rows).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import comb

import msgspec

from yanmen.guard.learning.rows import Row

CHANCE = 0.05
"""P below which a net loss is not laid to chance."""
SLACK = {"benign": 0.005, "attack": 0.02}
"""Share of a gate's rows that may be lost on balance; never less than one row of a benign gate, two of an attack's."""
LEAST = {"benign": 1, "attack": 2}


class Gate(msgspec.Struct, frozen=True):
    """One language and class, or all benign texts, or all attacks."""

    name: str
    rows: int
    before: int
    """Rows judged rightly by the model in force."""
    after: int
    mended: int
    broken: int
    p: float
    """How often chance alone breaks so many of those that changed."""
    passed: bool


class Measured(msgspec.Struct, frozen=True):
    """A model against all gates."""

    gates: tuple[Gate, ...]
    """Benign ones first."""

    @property
    def passed(self) -> bool:
        """Whether none has regressed."""
        return all(gate.passed for gate in self.gates)

    @property
    def worse(self) -> tuple[str, ...]:
        """The names of those that have."""
        return tuple(gate.name for gate in self.gates if not gate.passed)


def measure(rows: Sequence[Row], before: Sequence[bool], after: Sequence[bool]) -> Measured:
    """Compare two models on the same rows; each says of a row whether it takes it for an attack."""
    cells: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, old, new in zip(rows, before, after, strict=True):
        pair = (old == row.attack, new == row.attack)
        for name in {row.cell, "benign/all" if not row.attack else "attack/all"}:
            cells[name].append(pair)
    return Measured(tuple(_gate(name, cells[name]) for name in sorted(cells, key=_order)))


def flips(rows: Sequence[Row], before: Sequence[bool], after: Sequence[bool]) -> Iterator[tuple[Row, bool]]:
    """Rows that are judged differently, and whether rightly now."""
    for row, old, new in zip(rows, before, after, strict=True):
        if old != new:
            yield row, new == row.attack


def chance(broken: int, mended: int) -> float:
    """P that of so many changed rows at least so many are broken, where breaking is as likely as mending."""
    changed = broken + mended
    if not changed:
        return 1.0
    return float(sum(comb(changed, count) for count in range(broken, changed + 1)) / 2**changed)


def _gate(name: str, pairs: Sequence[tuple[bool, bool]]) -> Gate:
    mended = sum(new and not old for old, new in pairs)
    broken = sum(old and not new for old, new in pairs)
    side = "benign" if name.startswith("benign/") else "attack"
    allowed = max(LEAST[side], int(SLACK[side] * len(pairs)))
    p, net = chance(broken, mended), broken - mended
    return Gate(
        name=name,
        rows=len(pairs),
        before=sum(old for old, _ in pairs),
        after=sum(new for _, new in pairs),
        mended=mended,
        broken=broken,
        p=round(p, 6),
        passed=not (net > 0 and (p < CHANCE or net > allowed)),
    )


def _order(name: str) -> tuple[bool, bool, str]:
    return not name.startswith("benign/"), not name.endswith("/all"), name
