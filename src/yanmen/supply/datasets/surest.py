"""Wrong labels among the rows that a classifier is surest of: honest errors vanish there, flipped labels do not.

Rows are ranked within the label that they are held to have. Where labels were flipped, whatever the text, the share of wrong ones
settles at the rate of flips; where texts are hard, it falls to what annotators get wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import Rows, Vector

ANY = -1
"""In the place of a label: whichever."""
_DEPTH, _INNER = 0.15, 0.10
"""The part of the rows that the classifier is surest of, and the part of that for which the same must hold."""
_PAIR, _POOLED = (0.05, 0.05, 0.03), (0.04, 0.035, 0.025)
"""Share of wrong labels at either depth, and its least at the lower end of the interval: of a pair of labels, of several."""
_KEEN, _KEEN_DEPTH, _KEEN_ROWS, _KEEN_LOWEST = 0.06, 0.4, 8, 0.004
"""Where no more rows than this are contradicted in all, fewer wrong ones tell, at more depth: so many, and so much at least."""
_FLAT = 0.2
"""Of the share of wrong labels among all deeper rows, what the surest rows must have."""
_SKILLED, _UNSKILLED = 0.18, 0.3
"""Share of rows that a classifier may contradict, honestly and in all; beyond it it knows too little to blame anybody."""
_LEAST = 40
_STEADY = 1.3
"""As long as the share of wrong labels is no more than so many times what it is at least, most of them are flips."""
_Z = 1.96


class Flips(NamedTuple):
    """Labels that were flipped."""

    truly: int
    """The label that the rows are held to have; ANY."""
    given: int
    """The label that they have; ANY."""
    wrong: int
    """Of the surest rows."""
    among: int
    rows: Rows
    """Whose labels are wrong more likely than not, the surest first."""


def flips(said: Vector, labels: Rows) -> Iterator[Flips]:
    """Pairs of labels, else one label in the place of several others, else any. ``labels``: -1 for rows without one."""
    seen = Seen(said, labels)
    classes = range(said.shape[1])
    pairs = [(truly, given) for truly in classes for given in classes if truly != given]
    several = [(ANY, given) for given in classes] if len(classes) > 2 else []  # noqa: PLR2004 (more than a pair)
    for views, bounds in ((pairs, _PAIR), (several, _POOLED), ([(ANY, ANY)], _POOLED)):
        found = [each for truly, given in views if (each := seen.look(truly, given, bounds))]
        if found:
            yield from found
            return


class Seen:
    """Rows with the label that they are held to have, and how deep each is in that label's ranking."""

    def __init__(self, said: Vector, labels: Rows) -> None:
        """``said``: probabilities, out of fold."""
        self._labels, self._guessed = labels, said.argmax(axis=1)
        self._sure = said.max(axis=1)
        self._depth = np.ones(len(labels))
        for label in range(said.shape[1]):
            rows = np.flatnonzero((self._guessed == label) & (labels >= 0))
            order = rows[np.lexsort((rows, -self._sure[rows]))]
            self._depth[order] = np.arange(1, len(rows) + 1) / max(1, len(rows))
        known = labels >= 0
        self._errs = float((self._guessed != labels)[known].mean()) if known.any() else 1.0

    def look(self, truly: int, given: int, bounds: tuple[float, float, float]) -> Flips | None:
        """Whether labels were flipped from one to another."""
        held = (self._guessed == truly) if truly != ANY else (self._guessed != given)
        held &= self._labels >= 0
        wrong = held & ((self._labels == given) if given != ANY else (self._labels != self._guessed))
        depth = self._told(held, wrong, bounds)
        if not depth:
            return None
        inside = held & (self._depth <= depth)
        hits = int(wrong[inside].sum())
        rows = self._likely(held, wrong, _STEADY * lower(hits, int(inside.sum())), depth)
        return Flips(truly, given, hits, int(inside.sum()), rows)

    def _told(
        self, held: NDArray[np.bool_], wrong: NDArray[np.bool_], bounds: tuple[float, float, float]
    ) -> float:
        """At which depth the share of wrong labels tells; 0: at none."""
        outer, inner = held & (self._depth <= _DEPTH), held & (self._depth <= _INNER)
        share = _share(wrong, outer)
        low = lower(int(wrong[outer].sum()), int(outer.sum()))
        enough = share >= bounds[0] and _share(wrong, inner) >= bounds[1] and low >= bounds[2]
        if enough and outer.sum() >= _LEAST and self._errs <= min(_SKILLED + low, _UNSKILLED):
            return _DEPTH
        return self._keen(held, wrong)

    def _keen(self, held: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> float:
        inside = held & (self._depth <= _KEEN_DEPTH)
        hits = int(wrong[inside].sum())
        told = (
            self._errs <= _KEEN
            and hits >= _KEEN_ROWS
            and lower(hits, int(inside.sum())) >= _KEEN_LOWEST
            and _share(wrong, inside) >= _FLAT * _share(wrong, held & ~inside)
        )
        return _KEEN_DEPTH if told else 0.0

    def _likely(self, held: NDArray[np.bool_], wrong: NDArray[np.bool_], most: float, least: float) -> Rows:
        """The wrong ones, as deep as the share of wrong labels stays steady."""
        rows = np.flatnonzero(held)
        rows = rows[np.lexsort((rows, self._depth[rows]))]
        share = np.cumsum(wrong[rows]) / np.arange(1, len(rows) + 1)
        steady = np.flatnonzero((share <= most) | (self._depth[rows] <= least))
        rows = rows[: int(steady[-1]) + 1]
        rows = rows[wrong[rows]]
        return rows[np.lexsort((rows, -self._sure[rows]))]


def _share(wrong: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(wrong[among].mean()) if among.any() else 0.0


def lower(hits: int, trials: int) -> float:
    """The lower end of Wilson's interval (1927) of a share."""
    if not trials:
        return 0.0
    share = hits / trials
    middle = share + _Z**2 / (2 * trials)
    width = _Z * float(np.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2)))
    return (middle - width) / (1 + _Z**2 / trials)
