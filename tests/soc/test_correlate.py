"""Signs of one cause come together."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Event, Incident, Phrase, Ref, Severity
from yanmen.soc import correlate
from yanmen.soc.correlate import PENDING, WINDOW, Batch, Correlator, grade
from yanmen.soc.facts import Facts
from yanmen.store import Key, Recorded

START = 1_790_000_000 * SECOND
KEY = Key(id="key_1", hash="a" * 64, name="ci", created=1)


class Log:
    """A log before its correlator."""

    def __init__(self) -> None:
        """Begin empty."""
        self.seq = itertools.count(1)
        self.correlator = Correlator(lambda hashed: KEY if hashed == KEY.hash else None)

    def put(self, kind: str, data: dict[str, Any], at: int, actor: str = "key:key_9") -> Recorded:
        """One event taken."""
        seq = next(self.seq)
        event = Event(
            id=f"evt_{seq}",
            at=START + at * SECOND,
            kind=kind,
            actor=Ref.parse(actor),
            subject=Ref.parse(f"call:{seq}"),
            data=data,
        )
        recorded = Recorded(seq=seq, event=event)
        self.correlator.take(recorded)
        return recorded

    def attack(self, at: int, actor: str = "key:key_9") -> Recorded:
        """A refused prompt attack."""
        finding = {"rule": "prompt.override", "severity": 3, "subject": "text:0", "evidence": "x"}
        return self.put("call.refused", {"findings": [finding], "verdict": "block", "ip": "::1"}, at, actor)

    def leak(self, at: int, place: str = "paste") -> Recorded:
        """A sighting of the key."""
        return self.put("leak.sighted", {"hash": KEY.hash, "place": place}, at)

    def ready(self, at: int) -> list[Batch]:
        """What is to be written at a time."""
        return self.correlator.ready(START + at * SECOND)

    def written(self, at: int) -> list[Batch]:
        """Everything ready, written."""
        batches = self.ready(at)
        for batch in batches:
            self.correlator.written(batch, batch.signs[-1].seq, START + at * SECOND)
        return batches


@pytest.fixture
def log() -> Log:
    """An empty log."""
    return Log()


def snapshot(batch: Batch, *, status: str = "open", through: int = 0) -> Incident:
    """An incident as the store would have it."""
    facts = msgspec.to_builtins(Facts(through=through))
    return Incident(
        id=batch.incident,
        opened=START,
        status=status,  # type: ignore[arg-type]  # named by word
        severity=Severity.LOW,
        cause=batch.cause,
        title=Phrase(en="", zh=""),
        facts=facts,
    )


def test_three_attacks_within_ten_minutes_are_one_incident(log: Log) -> None:
    """Two are none; the third opens it with all three in it."""
    log.attack(0)
    log.attack(10)
    assert log.ready(10) == []

    log.attack(599)
    (batch,) = log.ready(599)

    assert batch.opens
    assert [sign.seq for sign in batch.signs] == [1, 2, 3]


def test_three_attacks_over_an_hour_are_none(log: Log) -> None:
    """They are too far apart."""
    for at in (0, 1_000, 2_000):
        log.attack(at)

    assert log.ready(3_000) == []


def test_attacks_of_different_callers_do_not_add_up(log: Log) -> None:
    """Each has its own cause."""
    for number in range(9):
        log.attack(number, actor=f"key:key_{number % 5}")

    assert log.ready(10) == []


def test_a_leak_opens_at_once_and_its_uses_join_it(log: Log) -> None:
    """Uses of other keys do not."""
    log.leak(0)
    assert [batch.opens for batch in log.written(0)] == [True]

    log.put("call.allowed", {"ip": "::1"}, 1, actor="key:key_1")
    log.put("call.allowed", {"ip": "::1"}, 1, actor="key:key_2")
    (batch,) = log.ready(2)

    assert [sign.part for sign in batch.signs] == ["use"]


def test_mere_growth_is_written_ever_more_rarely(log: Log) -> None:
    """Seconds with a write among ten minutes of one attack a second: few, so the disk is not the attacker's."""
    log.leak(0)
    log.written(0)
    writes = 0
    for at in range(1, 3_600):
        log.put("call.refused", {}, at, actor="key:key_1")
        writes += bool(log.written(at))

    assert writes < 3_600 / 60 + 10


def test_a_flood_is_written_before_it_fills_the_memory(log: Log) -> None:
    """At so many waiting signs, at once."""
    log.leak(0)
    for at in range(8):
        log.written(at)
        log.put("call.refused", {}, at, actor="key:key_1")
    log.written(500)
    for _ in range(PENDING):
        log.put("call.refused", {}, 500, actor="key:key_1")

    assert len(log.ready(500)[0].signs) == PENDING


def test_a_new_place_or_a_graver_pace_does_not_wait(log: Log) -> None:
    """A count that merely grows does."""
    for at in range(9):
        log.leak(at)
        log.written(at)
    log.leak(8)
    assert log.ready(8) == []

    log.leak(8, place="elsewhere")
    assert log.ready(8)


def test_a_campaigns_gravity_follows_its_pace(log: Log) -> None:
    """Ten in ten minutes are high, thirty are critical; three an hour for a day are not."""
    assert [grade(peak).word for peak in (3, 9, 10, 29, 30, 64)] == [
        "medium",
        "medium",
        "high",
        "high",
        "critical",
        "critical",
    ]
    for _ in range(30):
        log.attack(0)

    assert log.ready(0)[0].peak == 30


def test_what_is_settled_is_not_counted_again(log: Log) -> None:
    """Reading the log again after a crash, with the incident standing in the store."""
    first = [log.attack(at) for at in range(3)]
    (batch,) = log.ready(3)
    again = Log()
    again.correlator.learn(snapshot(batch, through=3))
    for recorded in first:
        again.correlator.take(recorded)

    assert again.ready(100) == []


def test_an_incident_closed_after_the_kept_place_does_not_open_again_by_reading_again(log: Log) -> None:
    """The signs were counted; only three new ones make a new incident, under a new id."""
    first = [log.attack(at) for at in range(3)]
    (batch,) = log.written(3)
    again = Log()
    again.correlator.learn(snapshot(batch, status="closed", through=3), settled_only=True)
    for recorded in first:
        again.correlator.take(recorded)
    again.seq = itertools.count(4)
    again.attack(4)
    again.attack(5)
    assert again.ready(100) == []

    again.attack(6)
    (new,) = again.ready(100)

    assert new.opens
    assert new.incident != batch.incident


def test_the_same_signs_give_the_same_incident_id(log: Log) -> None:
    """Opened twice by a crash between two writes, it is one."""
    twin = Log()
    for at in range(3):
        twin.correlator.take(log.attack(at))

    assert log.ready(3)[0].incident == twin.ready(3)[0].incident


def test_signs_that_wait_when_an_incident_is_closed_are_still_written(log: Log) -> None:
    """And later ones begin anew."""
    for at in range(3):
        log.attack(at)
    (batch,) = log.written(3)
    for at in range(3, 9):
        log.attack(at)
        log.written(at)
    log.attack(9)
    log.correlator.learn(snapshot(batch, status="closed", through=9))

    (rest,) = log.written(9)
    assert rest.incident == batch.incident
    log.attack(10)
    assert log.ready(100) == []


def test_the_kept_places_stay_before_what_waits_and_what_may_still_count(log: Log) -> None:
    """Reading again from there loses nothing."""
    log.attack(0)
    log.attack(1)

    assert log.correlator.read_through(2) == 2
    assert log.correlator.windows_from(2) == 0
    log.put("call.allowed", {}, WINDOW // SECOND + 2, actor="key:key_7")
    assert log.correlator.windows_from(3) == 3


def test_windows_are_bounded(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten first."""
    monkeypatch.setattr(correlate, "WINDOWS", 10)
    for number in range(50):
        log.attack(number, actor=f"key:key_{number}")

    assert len(log.correlator._windows) == 10
