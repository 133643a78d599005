"""Counts of one caller."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import DAY, HOUR, SECOND
from yanmen.core.nouns import Event, Ref
from yanmen.guard.sketch import sketch
from yanmen.soc.abuse.behaviour import FADES, KEYS, SKETCHES, Behaviour, begun, network_of
from yanmen.soc.abuse.features import WINDOW
from yanmen.soc.abuse.usual import Everybody

KEY = Ref(kind="key", id="key_1")
NOW = 20_000 * DAY


def call(at: int, kind: str = "call.allowed", actor: Ref | None = KEY, **data: object) -> Event:
    """A call's event."""
    return Event(id="evt_1", at=at, kind=kind, actor=actor, data=data)


def told(text: str) -> dict[str, object]:
    """What the guard says of a prompt."""
    return {"score": 0.0, "sketch": sketch(text)}


def test_counts_of_a_day_fade() -> None:
    """By half in twelve hours."""
    one, everybody = begun(KEY, NOW), Everybody()
    one.take(call(NOW, tokens_out=500, status=200), everybody)
    one.take(call(NOW + FADES, tokens_out=100, status=500, kind="call.failed"), everybody)

    day = one.day
    assert (day.calls, day.tokens_out, day.long, day.failed) == pytest.approx((1.5, 350, 0.5, 1))
    assert (one.total, one.now.calls) == (2, 1)


def test_prompts_are_compared_with_those_before() -> None:
    """The same but for numbers, filled templates, others; the same request again, as monitors send it, is none of these."""
    one, everybody = begun(KEY, NOW), Everybody()
    frame = "please write a friendly and detailed product description for our online shop about"
    for place, text in enumerate(
        (
            "give me the record of customer number 12",
            "give me the record of customer number 13",
            f"{frame} a wooden chair with a soft green seat",
            f"{frame} an espresso machine made of steel",
            "天气预报说明天下雨，出门要带伞吗",
        )
    ):
        one.take(call(NOW + place, guard=told(text), digest_in=str(place)), everybody)
    assert (one.now.compared, one.now.same, one.now.alike) == (4, 1, 1)
    for _ in range(5):
        one.take(call(NOW + 9, guard=told("are you there"), digest_in="same body"), everybody)
    assert one.now.same == 1


def test_what_an_event_says_is_not_trusted() -> None:
    """Sketches that are none, addresses that are none."""
    one, everybody = begun(KEY, NOW), Everybody()
    for odd in ("zz", 5, "0" * 63, "0" * 64, None):
        one.take(call(NOW, guard={"sketch": odd}, ip=odd, tokens_out=odd), everybody)

    assert (one.now.compared, one.now.networks, one.sketches) == (0, [], b"")


def test_it_is_bounded_and_kept_whole() -> None:
    """However many places, keys, prompts and days; as bytes and back."""
    chance, everybody = random.Random(1), Everybody()
    for whom in (KEY, Ref(kind="ip", id="192.0.2.0/24")):
        one = begun(whom, NOW)
        for number in range(3_000):
            mark = "".join(chance.choices("123456789abcdef", k=64))
            one.take(
                call(
                    NOW + number * WINDOW // 4,
                    actor=Ref(kind="key", id=f"key_{number}"),
                    guard={"sketch": mark},
                    digest_in=str(number),
                    ip=f"192.0.{number % 256}.1",
                    origin={"country": f"{number:x}" * 40, "asn": str(number) * 40},
                    client={"agent": f"{number}" * 40},
                ),
                everybody,
            )
        assert len(one.sketches) == SKETCHES * 32
        assert len(one.bodies) <= SKETCHES
        assert len(one.keys) <= KEYS
        raw = msgspec.msgpack.encode(one)
        assert len(raw) < 16_000
        assert msgspec.msgpack.decode(raw, type=Behaviour) == one


def quiet_days(one: Behaviour, everybody: Everybody, days: int = 4) -> int:
    """A person who chats by day; when it ends."""
    chance, at = random.Random(2), NOW
    for day in range(days):
        at = NOW + day * DAY + 8 * HOUR
        while at < NOW + day * DAY + 18 * HOUR:
            data: dict[str, Any] = {
                "texts": chance.randint(3, 9),
                "tokens_in": chance.randint(200, 900),
                "tokens_out": 150,
            }
            one.take(call(at, status=200, **data), everybody)
            at += int(chance.lognormvariate(4.5, 0.8) * SECOND)
    return NOW + days * DAY


def test_it_is_unlike_itself_where_several_things_move() -> None:
    """And says which three, of different kinds, and by how much."""
    one, everybody = begun(KEY, NOW), Everybody()
    at = quiet_days(one, everybody)
    assert one.reached < 5
    for number in range(300):
        one.take(call(at + number * SECOND, texts=1, tokens_in=20, tokens_out=900, status=200), everybody)

    assert one.reached > 12
    assert one.sudden
    assert len({said.split()[0] for said in one.moved}) == 3
    assert all("(" in said and ".." in said for said in one.moved)


def test_a_burst_alone_is_no_suspicion() -> None:
    """More of the same: one thing moved, however far."""
    one, everybody = begun(KEY, NOW), Everybody()
    at = quiet_days(one, everybody) + 8 * HOUR
    chance = random.Random(5)
    for _ in range(160):
        at += int(chance.lognormvariate(1.0, 0.8) * SECOND)
        data: dict[str, Any] = {
            "texts": chance.randint(3, 9),
            "tokens_in": chance.randint(200, 900),
            "tokens_out": 150,
        }
        one.take(call(at, status=200, **data), everybody)

    assert one.sudden
    assert one.reached < 12, one.moved


def test_suspicion_fades_with_time() -> None:
    """What one window left is gone in a day."""
    one, everybody = begun(KEY, NOW), Everybody()
    at = quiet_days(one, everybody)
    for number in range(300):
        one.take(call(at + number * SECOND, texts=1, tokens_in=20, tokens_out=900), everybody)
    one.take(call(at + DAY, texts=4, tokens_in=400, tokens_out=150), everybody)

    assert one.reached < 1


def test_networks_are_as_a_ban_names_them() -> None:
    """Also of IPv4 within IPv6."""
    assert network_of("203.0.113.9") == network_of("::ffff:203.0.113.9") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert network_of("nowhere") == ""
