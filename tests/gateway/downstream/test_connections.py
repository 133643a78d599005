"""What the connections of a server share."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime

from yanmen.core.config import Bounds
from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.connections import Connections


class Looked:
    """A connection that notes when it is looked at."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.twice = asyncio.Event()

    def look(self, now: float) -> None:
        """Noted."""
        self.at.append(now)
        if len(self.at) > 1:
            self.twice.set()

    def abort(self) -> None:
        """There is no socket."""


async def test_every_open_connection_is_looked_at() -> None:
    """Again and again, by one timer, until it is removed."""
    shared, connection = Connections(Bounds(header_seconds=0.02), lambda *_: None), Looked()
    shared.add(connection, asyncio.get_running_loop())

    await asyncio.wait_for(connection.twice.wait(), 10)
    shared.remove(connection)
    looked = len(connection.at)
    await asyncio.sleep(0.05)

    assert len(connection.at) == looked
    assert shared.open == set()
    assert shared.counters.connections == 1


async def test_the_date_is_there_with_the_first_connection() -> None:
    """In the form that HTTP wants."""
    shared, connection = Connections(Bounds(), lambda *_: None), Looked()

    shared.add(connection, asyncio.get_running_loop())
    shared.remove(connection)

    name, _, value = shared.date.decode().partition(": ")
    assert name == "date"
    assert value.endswith(" GMT\r\n")
    assert parsedate_to_datetime(value.strip()).tzinfo is not None


def test_refusals_are_counted_and_told() -> None:
    """By their codes."""
    told: list[tuple[object, ...]] = []
    shared = Connections(Bounds(), lambda *what: told.append(what))

    shared.refused(refusals.TOO_LARGE, "192.0.2.1", "")
    shared.refused(refusals.TOO_LARGE, "192.0.2.2", "why")

    assert shared.counters.refused == {"request_too_large": 2}
    assert told == [
        ("request_too_large", 413, "192.0.2.1", ""),
        ("request_too_large", 413, "192.0.2.2", "why"),
    ]
