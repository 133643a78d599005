"""Traffic: calls counted by minute, for the overview."""

from __future__ import annotations

import msgspec

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Event
from yanmen.store.changes import Change, Value, bounded, word
from yanmen.store.database import Readers
from yanmen.store.records import Minute

_MINUTE = 60 * SECOND
_ADD = (
    "INSERT INTO traffic (minute, verdict, kind, model, calls, tokens_in, tokens_out) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (minute, verdict, kind, model) DO UPDATE SET calls = traffic.calls + excluded.calls,"
    " tokens_in = traffic.tokens_in + excluded.tokens_in,"
    " tokens_out = traffic.tokens_out + excluded.tokens_out"
)
_TOKENS = 1 << 40  # more tokens than this in one call are a mistake, and a sum of such must not overflow

TOGETHER = 10_000
"""Calls that one event can tell of."""
Group = tuple[int, str, str, str]
"""Minute, verdict, kind, model."""


def called(_seq: int, event: Event) -> list[Change]:
    """The changes by a ``call.*`` event."""
    return [(_ADD, (*group(event), calls(event), *tokens(event)))]


def calls(event: Event) -> int:
    """How many calls an event tells of: refusals that are the same are recorded together."""
    many = event.data.get("count", 1)
    return max(1, min(TOGETHER, many)) if type(many) is int else 1


def together(made: list[Change]) -> list[Change]:
    """Changes with the counts of calls that ended alike in one: a commit of a hundred calls adds to one row, once."""
    counts: dict[tuple[Value, ...], list[int]] = {}
    others: list[Change] = []
    for change in made:
        statement, values = change
        if statement is not _ADD:
            others.append(change)
            continue
        where, numbers = values[:4], values[4:]
        known = counts.setdefault(where, [0, 0, 0])
        for place, number in enumerate(numbers):
            known[place] += number if type(number) is int else 0
    return [*others, *((_ADD, (*where, *map(bounded, numbers))) for where, numbers in counts.items())]


def group(event: Event) -> Group:
    """Which calls this one is counted with."""
    minute = bounded(event.at) // _MINUTE * _MINUTE
    return minute, word(event.data, "verdict"), event.kind, word(event.data, "model", 100)


def tokens(event: Event) -> tuple[int, int]:
    """Tokens in and out of a call."""
    return _tokens(event.data.get("tokens_in")), _tokens(event.data.get("tokens_out"))


def _tokens(number: object) -> int:
    if type(number) is int and 0 <= number <= _TOKENS:
        return number
    return max(0, min(_TOKENS, bounded(number)))


def carried(_seq: int, event: Event) -> list[Change]:
    """The changes by ``store.pruned``: its ``traffic`` carries on the counts of the calls it dropped."""
    rows = msgspec.convert(event.data.get("traffic", []), list[tuple[int, str, str, str, int, int, int]])
    return [
        (_ADD, tuple(bounded(value) if isinstance(value, int) else value for value in row)) for row in rows
    ]


def uncounted(groups: dict[Group, list[int]]) -> list[Change]:
    """Takes calls out of the counts again, before ``store.pruned`` carries them on."""
    return [(_ADD, (*where, *(-number for number in numbers))) for where, numbers in groups.items()]


class Traffic:
    """Reads traffic."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def minutes(self, since: int) -> list[Minute]:
        """Counts of the minutes that began at or after a time, oldest first."""
        rows = self._readers.all(
            "SELECT minute, verdict, kind, model, calls, tokens_in, tokens_out FROM traffic"
            " WHERE minute >= ? ORDER BY minute, verdict, kind, model",
            since,
        )
        return [Minute(**dict(zip(Minute.__struct_fields__, row, strict=True))) for row in rows]
