"""What a caller's behaviour shows."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.clock import DAY, HOUR
from yanmen.core.nouns import Finding, Ref
from yanmen.soc.abuse.behaviour import Behaviour, begun
from yanmen.soc.abuse.detectors.callers import ALARM, HARVEST, MANY, Callers
from yanmen.soc.abuse.features import Window
from yanmen.soc.abuse.places import Seen

NOW = 20_000 * DAY
NEW = {kind: (name, "old", NOW) for kind, name in (("country", "BR"), ("system", "AS2"), ("client", "x"))}


def caller(name: str = "key:key_1", **fields: Any) -> Behaviour:
    """Somebody, of whom this is known."""
    one = begun(Ref.parse(name), NOW)
    for field, value in fields.items():
        setattr(one, field, value)
    return one


def found(target: Behaviour) -> list[str]:
    """The rules found."""
    return [one.rule.id for one in Callers().detect(target) if isinstance(one, Finding)]


def day(**counts: float) -> Window:
    """Counts of a day: a harvest, but for what is said otherwise."""
    harvest = {
        "calls": 2.0 * MANY,
        "tokens_in": 0.2 * HARVEST,
        "tokens_out": 2.0 * HARVEST,
        "texts": 2.0 * MANY,
        "compared": 500.0,
        "alike": 450.0,
    }
    window = Window(NOW)
    for name, count in (harvest | counts).items():
        setattr(window, name, count)
    return window


def test_a_harvest_is_extraction() -> None:
    """Many single questions of one template, answers longer than prompts."""
    assert found(caller(day=day())) == ["abuse.extraction"]
    assert found(caller(day=day(alike=0.0, long=2.0 * MANY))) == ["abuse.extraction"]


@pytest.mark.parametrize(
    "counts",
    [
        {"calls": MANY - 1.0},
        {"tokens_out": HARVEST - 1.0},
        {"texts": 6.0 * MANY},
        {"alike": 100.0},
        {"tokens_in": 2.0 * HARVEST},
        {"compared": 10.0, "alike": 10.0},
    ],
    ids=["few", "short", "conversations", "all different", "summaries", "hardly looked at"],
)
def test_honest_volume_is_none(counts: dict[str, float]) -> None:
    """Each of these is another trade."""
    assert found(caller(day=day(**counts))) == []


def test_one_question_with_other_numbers_is_scraping() -> None:
    """However short the answers."""
    assert found(caller(day=day(same=450.0, alike=0.0, tokens_out=9_000.0))) == ["abuse.scraping"]


def test_a_manner_of_long_standing_may_have_its_bursts() -> None:
    """Up to five times as many."""
    one = caller(day=day(), windows=100, first=NOW - 9 * DAY, at=NOW)
    for place, value in enumerate((None, None, None, 9.1, None, None, 0.0, 1.25, 1.0)):
        if value is not None:
            for _ in range(100):
                one.usual.of[place].add(value, 200)
    one.day.tokens_out = one.day.calls * 550
    assert one.is_own_manner()
    assert found(one) == []
    one.day = day(calls=6.0 * MANY, texts=6.0 * MANY, tokens_out=6.0 * MANY * 550)
    assert found(one) == ["abuse.extraction"]


def test_whoever_is_unlike_itself_is_told_with_what_moved() -> None:
    """The evidence names it."""
    one = caller(reached=ALARM, moved=["calls 412 (3..30, +6.2)", "texts 1 (4..9, -4.0)"])
    (finding,) = Callers().detect(one)

    assert isinstance(finding, Finding)
    assert finding.rule.id == "abuse.unlike-itself"
    assert finding.evidence == "calls 412 (3..30, +6.2); texts 1 (4..9, -4.0)"
    assert found(caller(reached=ALARM - 0.1, moved=["x"])) == []


@pytest.mark.parametrize(
    ("fresh", "moves", "sudden", "rules"),
    [
        (("country", "system", "client"), 0, False, ["abuse.impossible-use"]),
        (("country", "system"), 0, False, []),
        (("client",), 0, True, []),
        (("system",), 0, True, []),
        (("country", "system"), 0, True, ["abuse.key-taken-over"]),
        (("system", "client"), 0, True, ["abuse.key-taken-over"]),
        ((), 1, False, []),
        ((), 3, False, ["abuse.impossible-use"]),
        (("client",), 1, False, ["abuse.impossible-use"]),
        ((), 3, True, ["abuse.key-taken-over"]),
        ((), 0, True, []),
    ],
)
def test_where_and_how_much_come_together(
    fresh: tuple[str, ...], moves: int, sudden: bool, rules: list[str]
) -> None:
    """A journey, a new server or a busy day is no theft; two of them at once are looked at."""
    one = caller(seen=Seen("BR", "AS2", "x"), sudden=sudden)
    one.places.fresh = {kind: NEW[kind] for kind in fresh}
    one.places.moves = [NOW - HOUR] * moves
    one.places.moved = ("DE", "BR") if moves else ("", "")

    assert found(one) == rules


def test_a_network_is_told_of_where_several_keys_or_none_call() -> None:
    """One key's own counts show it."""
    for keys, rules in (([5], []), ([5, 6], ["abuse.extraction"]), ([0], ["abuse.extraction"])):
        assert found(caller("ip:192.0.2.0/24", day=day(), keys=keys)) == rules


def test_an_office_is_not_unlike_itself_when_another_of_its_keys_works() -> None:
    """Behind one translated address several keep house; each of them is compared with itself. Those without keys have only it."""
    for keys, rules in (([5, 6], []), ([0, 5, 6], []), ([0], ["abuse.unlike-itself"])):
        assert found(caller("ip:192.0.2.0/24", reached=ALARM, moved=["x"], keys=keys)) == rules
