"""A table of rows that detectors look at, with what several of them need of it, worked out once."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from yanmen.core.cached import cached_property
from yanmen.core.nouns import Rule
from yanmen.supply.datasets.bounds import Bounds, Options
from yanmen.supply.datasets.doubt import FOLDS, Doubt
from yanmen.supply.datasets.questions import Question, questions
from yanmen.supply.datasets.shapes import MOST_LABELS, Row, Shape
from yanmen.supply.datasets.similar import Signatures, clusters, signatures
from yanmen.supply.datasets.tokens import Tokens, tokenize

_LOOKED = 1_500
"""Characters of a text that are mined for phrases, at least: its first and its last 750."""
_MINED = 32_000_000
"""Characters of all texts that are mined."""


class Table:
    """Rows in an order that does not depend on the files': two tables of the same rows are the same."""

    def __init__(
        self,
        rows: list[Row],
        files: tuple[str, ...],
        shape: Shape,
        *,
        total: int = 0,
        columns: tuple[str, ...] = (),
        card: Mapping[str, str] | None = None,
        bounds: Bounds = Bounds(),  # noqa: B008 (frozen)
        options: Options = Options(),  # noqa: B008 (frozen)
        against: tuple[str, ...] = (),
    ) -> None:
        """``total``: rows of the whole set, of which these are a sample where there are more."""
        self.keys: NDArray[np.uint64]
        keyed = sorted((key_of(row), row) for row in rows)
        self.keys = np.array([key for key, _ in keyed], np.uint64)
        self.rows = [row for _, row in keyed]
        self.files = files
        self.shape = shape
        self.total = total or len(rows)
        self.columns = columns
        self.card = dict(card or {})
        self.bounds = bounds
        self.options = options
        self.against = against
        """Texts of the benchmarks that the data is compared with."""
        self.suspects: dict[int, dict[str, float]] = {}
        """Of rows that findings name, how suspicious each rule holds them."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def looked(self) -> int:
        """Characters of a text that are mined for phrases: the fewer the more rows there are."""
        return max(_LOOKED, min(self.bounds.text + 1, _MINED // max(1, len(self.rows))))

    @cached_property
    def asked(self) -> Tokens:
        """Of what is asked."""
        return tokenize([row.asked for row in self.rows], self.looked)

    @cached_property
    def answered(self) -> Tokens:
        """Of what is answered."""
        return tokenize([row.answered for row in self.rows], self.looked)

    @cached_property
    def labels(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """The label of each row, as a number (-1: none), and the labels in order."""
        names = tuple(sorted({row.label for row in self.rows} - {""}))
        if len(names) > MOST_LABELS:
            names = ()
        places = {name: place for place, name in enumerate(names)}
        return np.array([places.get(row.label, -1) for row in self.rows], np.int64), names

    @cached_property
    def signatures(self) -> Signatures:
        """Of what is asked, for near-duplicates."""
        return signatures(self.asked)

    @cached_property
    def families(self) -> NDArray[np.int64]:
        """Of each row the first of the rows whose question is nearly the same."""
        return clusters(self.signatures)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What the rows differ in."""
        return questions(self.rows, *self.labels)

    @cached_property
    def doubts(self) -> dict[str, Doubt]:
        """Of each question what the rest of the data says. Near-duplicates are never on both sides."""
        folds = (self.keys[self.families] % np.uint64(FOLDS)).astype(np.int64)
        return {
            question.name: Doubt(self.asked, question.outcomes, len(question.names), folds)
            for question in self.questions
        }

    def note(self, rule: Rule, rows: Sequence[int], scores: Sequence[float]) -> None:
        """Keep of each row how suspicious a rule holds it. A finding of little weight makes a row a little suspect only."""
        for row, score in zip(rows, scores, strict=True):
            noted = self.suspects.setdefault(int(row), {})
            weighed = float(score) * (int(rule.severity) + 1) / 5
            noted[rule.id] = max(noted.get(rule.id, 0.0), weighed)


def key_of(row: Row) -> int:
    """A number for what a row says, whatever its place."""
    said = f"{row.asked}\x1f{row.answered}\x1f{row.rejected}\x1f{row.system}\x1f{row.label}"
    return int.from_bytes(hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Sample:
    """Rows drawn evenly as they come, as many as the bounds let be held (bottom-k sampling by a seeded hash of the place)."""

    def __init__(self, bounds: Bounds, seed: int) -> None:
        """``seed``: another one draws another sample."""
        self._bounds = bounds
        self._salt = seed.to_bytes(8, "big", signed=True)
        self._held: list[tuple[int, int, Row]] = []
        self._characters = 0
        self.seen = 0

    def add(self, row: Row) -> None:
        """Consider one more row."""
        self.seen += 1
        name = self.seen.to_bytes(8, "big")
        key = int.from_bytes(hashlib.blake2b(name, digest_size=8, salt=self._salt).digest(), "big")
        if self._full and self._held and key > -self._held[0][0]:
            return
        heapq.heappush(self._held, (-key, self.seen, row))
        self._characters += _size(row)
        while len(self._held) > 1 and (
            len(self._held) > self._bounds.rows or self._characters > self._bounds.characters
        ):
            self._characters -= _size(heapq.heappop(self._held)[2])
            self._full = True

    _full = False

    def rows(self) -> list[Row]:
        """What was drawn."""
        return [row for _, _, row in self._held]


def _size(row: Row) -> int:
    return 200 + len(row.asked) + len(row.answered) + len(row.rejected) + len(row.system)
