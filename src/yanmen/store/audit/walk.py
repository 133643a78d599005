"""Reads every record in order: re-hashes its bytes, compares its columns, follows the tree from checkpoint to checkpoint."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from yanmen.core.nouns import Event, Ref
from yanmen.store.audit.report import Findings
from yanmen.store.changes import bounded
from yanmen.store.database import Database, embedded
from yanmen.store.events import decode
from yanmen.store.merkle import HASH_BYTES, Frontier, leaf_hash
from yanmen.store.pruning import PRUNED, places

_ROWS = (
    "SELECT log.seq, log.leaf, events.seq, events.id, events.at, events.kind, events.actor, events.subject, events.body"
    " FROM log LEFT JOIN events ON events.seq = log.seq ORDER BY log.seq"
)
_COLUMNS = ("id", "at", "kind", "actor", "subject")


Form = Callable[[Any], Any]
"""How an engine holds a value."""


def same(value: Any) -> Any:
    """As it is."""
    return value


def form(db: Database) -> Form:
    """How the engine behind a connection holds a value."""
    if embedded(db):
        return same
    from yanmen.store.shared.dialect import plain  # noqa: PLC0415  # only where it is wanted

    return plain


class Walk:
    """One pass over the log. ``frontier`` is the tree over the leaves as they are stored."""

    def __init__(self, db: Database, found: Findings, signed: Mapping[int, bytes], trusted: Frontier) -> None:
        """``signed`` holds roots that were signed, by size; each is compared when the walk comes to its size.

        ``trusted`` is a compact range whose root was signed: it tells more nearly which records a wrong root concerns.
        """
        self._db = db
        self._form = form(db)
        self._found = found
        self._signed = signed
        self._trusted = trusted
        self._sound = 0  # the last size whose root is as signed
        self._torn = False
        self._bodiless: array[int] = array("q")
        self._prunings: list[tuple[int, dict[str, Any]]] = []
        self.frontier = Frontier()
        self.gaps = 0

    def events(self) -> Iterator[tuple[int, Event]]:
        """Every record that can be read, with its place; problems go to the findings on the way."""
        last = 0
        for seq, leaf, *row in self._db.execute(_ROWS):
            if seq != last + 1:
                self._lost(last + 1, seq - 1)
            last = seq
            if not isinstance(leaf, bytes) or len(leaf) != HASH_BYTES:
                leaf = bytes(HASH_BYTES)  # noqa: PLW2901  # whatever stands there is no hash
            if row[0] is None:
                self._bodiless.append(seq)
            elif (event := self._record(seq, leaf, row)) is not None:
                yield seq, event
            self.frontier.append(leaf)
            self._compare(seq)

    def finish(self) -> int:
        """What is known at the end only; answers how many bodies were dropped rightly."""
        (stray,) = self._db.execute(
            "SELECT min(seq) FROM events WHERE NOT EXISTS (SELECT 1 FROM log WHERE log.seq = events.seq)"
        ).fetchone()
        if stray is not None:
            self._found.altered("stray", stray)
        return self._dropped()

    def _record(self, seq: int, leaf: bytes, row: list[Any]) -> Event | None:
        body = row[-1]
        whole = isinstance(body, bytes) and leaf_hash(body) == leaf
        if not whole:
            self._found.altered("altered", seq)
            self._torn = True
        try:
            recorded = decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
            if whole:
                self._found.altered("altered", seq)
            return None
        if recorded.seq != seq:
            self._found.altered("reordered", seq, other=recorded.seq)
            self._torn = True
        if not whole:
            return None
        event = recorded.event
        self._columns(seq, event, row)
        if event.kind == "store.pruned":
            self._prunings.append((seq, event.data))
        self.gaps += event.kind in {"store.gap", "store.rolled-back"}
        return event

    def _columns(self, seq: int, event: Event, row: list[Any]) -> None:
        said = (event.id, bounded(event.at), event.kind, _text(event.actor), _text(event.subject))
        for column, stored, true in zip(_COLUMNS, row[1:-1], said, strict=True):
            if stored != self._form(true):
                self._found.altered("column", seq, column=column)

    def _lost(self, first: int, last: int) -> None:
        self._found.altered("missing", first, last=last)
        self._torn = True

    def _compare(self, seq: int) -> None:
        root = self._signed.get(seq)
        if root is None or self._torn or self.frontier.size != seq:
            return
        if self.frontier.root() == root:
            self._sound = seq
        else:
            self._torn = True
            first, last = self._narrowed()
            self._found.altered("range", first, last=last)

    def _narrowed(self) -> tuple[int, int]:
        """First and last record of the smallest stretch that is known to hold the first altered leaf."""
        if self._trusted.size == self.frontier.size:
            for (low, high, ours), (_, _, theirs) in zip(
                self.frontier.peaks(), self._trusted.peaks(), strict=True
            ):
                if ours != theirs:
                    return max(low, self._sound) + 1, high
        return self._sound + 1, self.frontier.size

    def _dropped(self) -> int:
        """Every body that is not there must be named by a ``store.pruned``, and the other way round."""
        missing, index, dropped = self._bodiless, 0, 0
        for seq, data in self._prunings:
            low, high = bounded(data.get("from")), bounded(data.get("to"))
            while index < len(missing) and missing[index] < low:
                self._found.altered("bodiless", missing[index], kind=PRUNED)
                index += 1
            start = index
            while index < len(missing) and missing[index] <= high:
                index += 1
            here = missing[start:index]
            dropped += len(here)
            if len(here) != data.get("count") or places(here) != data.get("places"):
                self._found.altered("pruning", here[0] if here else low, last=high, event=seq)
        for seq in missing[index:]:
            self._found.altered("bodiless", seq, kind=PRUNED)
        return dropped


def _text(ref: Ref | None) -> str | None:
    return str(ref) if ref else None
