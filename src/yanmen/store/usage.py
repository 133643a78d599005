"""Usage: what calls used of which model, and what it cost. A projection of their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, Value, bounded, word
from yanmen.store.database import Readers

QUARTER = 900_000_000
"""Microseconds: the days of every time zone begin with a quarter of an hour."""
SUMS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost", "estimated")
"""What is added up. ``cost`` is in 1e-9 of the currency; ``estimated``: calls of which no usage was told."""
COLUMNS = {"key": "caller", "user": "person", "team": "team", "tenant": "tenant", "model": "model"}
"""By what it can be asked for, and the column that holds it."""
By = Literal["key", "user", "team", "tenant", "model"]
Group = tuple[int, str, str, str, str, str]
"""Quarter, key, user, team, tenant, model."""

_ADD = (
    "INSERT INTO usage (quarter, caller, person, team, tenant, model, calls, tokens_in, tokens_out, tokens_cached, cost,"
    " estimated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (quarter, caller, person, team, tenant, model) DO UPDATE SET calls = usage.calls + excluded.calls,"
    " tokens_in = usage.tokens_in + excluded.tokens_in, tokens_out = usage.tokens_out + excluded.tokens_out,"
    " tokens_cached = usage.tokens_cached + excluded.tokens_cached, cost = usage.cost + excluded.cost,"
    " estimated = usage.estimated + excluded.estimated"
)
_GROUPED = 6
"""Columns of a group."""
_MOST = 1 << 52


class Used(NamedTuple):
    """Usage of some calls together."""

    by: tuple[str, ...]
    """The values that were asked for, in their order."""
    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    cost: int
    estimated: int


def called(_seq: int, event: Event) -> list[Change]:
    """The changes by a ``call.*`` event whose ``usage`` says that the model was reached."""
    found = group(event)
    return [] if found is None else [(_ADD, (*found, *sums(event)))]


def group(event: Event) -> Group | None:
    """With which calls this one is counted; None where nothing was used."""
    said = event.data.get("usage")
    if not isinstance(said, dict):
        return None
    at = bounded(said.get("at")) or event.at
    data = event.data
    return (
        bounded(at) // QUARTER * QUARTER,
        word(data, "key"),
        word(data, "user"),
        word(data, "team"),
        word(data, "tenant"),
        word(data, "model"),
    )


def sums(event: Event) -> tuple[int, ...]:
    """What a call adds, in the order of SUMS."""
    said: dict[str, Any] = event.data["usage"]
    numbers = [max(0, min(_MOST, bounded(said.get(name)))) for name in ("in", "out", "cached", "cost")]
    return (1, *numbers, int(bool(said.get("estimated"))))


def carried(_seq: int, event: Event) -> list[Change]:
    """The changes by ``store.pruned``: its ``usage`` carries on what the calls it dropped had used."""
    rows = event.data.get("usage", [])
    return [
        (_ADD, tuple(bounded(each) if isinstance(each, int) else str(each) for each in row)) for row in rows
    ]


def together(made: list[Change]) -> list[Change]:
    """Changes with the sums of calls that are counted together in one row, once for each commit."""
    counted: dict[tuple[Value, ...], list[int]] = {}
    others: list[Change] = []
    for change in made:
        statement, values = change
        if statement is not _ADD:
            others.append(change)
            continue
        known = counted.setdefault(values[:_GROUPED], [0] * len(SUMS))
        for place, number in enumerate(values[_GROUPED:]):
            known[place] += number if type(number) is int else 0
    return [*others, *((_ADD, (*where, *map(bounded, numbers))) for where, numbers in counted.items())]


def uncounted(groups: dict[Group, list[int]]) -> list[Change]:
    """Takes calls out of the sums again, before ``store.pruned`` carries them on."""
    return [(_ADD, (*where, *(-number for number in numbers))) for where, numbers in groups.items()]


class Usage:
    """Reads usage."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def total(self, of: Sequence[tuple[str, str]], since: int, until: int) -> Used:
        """What the calls of a key, a user … used from one time to another; ``of``: names of COLUMNS and their values."""
        where = "".join(f" AND {COLUMNS[name]} = ?" for name, _ in of)
        row = self._readers.one(
            f"SELECT {_summed()} FROM usage WHERE quarter >= ? AND quarter < ?{where}",  # noqa: S608  # own words only
            since,
            until,
            *(value for _, value in of),
        )
        return Used((), *(int(number or 0) for number in row))

    def quarters(self, by: Sequence[By], since: int, until: int) -> list[tuple[int, Used]]:
        """Usage of each quarter of an hour by some of the columns, oldest first."""
        columns = "".join(f", {COLUMNS[name]}" for name in by)
        rows = self._readers.all(
            f"SELECT quarter{columns}, {_summed()} FROM usage WHERE quarter >= ? AND quarter < ?"  # noqa: S608  # own words
            f" GROUP BY quarter{columns} ORDER BY quarter{columns}",
            since,
            until,
        )
        return [
            (row[0], Used(tuple(row[1 : 1 + len(by)]), *(int(each) for each in row[1 + len(by) :])))
            for row in rows
        ]

    def sums(self, by: Sequence[By], since: int, until: int) -> list[Used]:
        """Usage of a time by some of the columns, what cost most first."""
        columns = ", ".join(COLUMNS[name] for name in by)
        rows = self._readers.all(
            f"SELECT {columns}, {_summed()} FROM usage WHERE quarter >= ? AND quarter < ?"  # noqa: S608  # own words only
            f" GROUP BY {columns} ORDER BY sum(cost) DESC, sum(tokens_in) + sum(tokens_out) DESC, {columns}",
            since,
            until,
        )
        return [Used(tuple(row[: len(by)]), *(int(each) for each in row[len(by) :])) for row in rows]


def _summed() -> str:
    return ", ".join(f"sum({name})" for name in SUMS)
