"""Decisions."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanmen.core.clock import SECOND
from yanmen.core.nouns import FOREVER, Decision, Event, Ref, Verdict
from yanmen.store import Store
from yanmen.store.decisions import _NEW

Make = Callable[..., Event]


@pytest.fixture
def decide(store: Store, event: Make) -> Callable[..., Decision]:
    """Records a decision."""

    def record(identity: str, name: str = "decision", /, **fields: object) -> Decision:
        whole = {"id": identity, "at": 1_000, "subject": {"kind": "key", "id": "k"}, "verdict": 3} | fields
        decision = msgspec.convert(whole, Decision)
        store.append(event("decision.made", **{name: msgspec.to_builtins(decision)})).result(30)
        return decision

    return record


def test_a_decision_comes_back_whole(store: Store, decide: Callable[..., Decision]) -> None:
    """Reasons and terms included."""
    because = [{"rule": "operator", "note": "抄袭", "where": {"part": "/a", "start": 1, "end": 2}}]
    made = decide("dec_1", because=because, terms={"waives": {"rule": "pii.*"}}, lasts=60)

    assert store.decisions.get("dec_1") == made
    assert store.decisions.get("dec_2") is None


def test_only_what_holds_stands(store: Store, decide: Callable[..., Decision], event: Make) -> None:
    """Not what answered one call, has ended, is a shadow or was lifted."""
    decide("dec_call")
    decide("dec_short", lasts=1)
    decide("dec_shadow", "shadow", lasts=60, shadow=True)
    decide("dec_ban", lasts=60)
    decide("dec_ever", lasts=FOREVER)
    decide("dec_lifted", lasts=60)
    lift = event("decision.lifted", decision="dec_lifted", reason="a mistake")
    store.append(lift).result(30)

    assert [one.id for one in store.decisions.standing(1_000 + 2 * SECOND)] == ["dec_ban", "dec_ever"]
    assert [one.id for one in store.decisions.standing(1_000 + 60 * SECOND)] == ["dec_ever"]
    assert store.decisions.lifted("dec_lifted") == lift
    assert store.decisions.lifted("dec_ban") is None


def test_a_lift_happens_once(store: Store, decide: Callable[..., Decision], event: Make) -> None:
    """The first is the one that counts."""
    decide("dec_1", lasts=60)
    first, second = (event("decision.lifted", decision="dec_1", reason=reason) for reason in "ab")
    store.append(first, second).result(30)

    assert store.decisions.lifted("dec_1") == first


def test_the_recent_ones_are_listed_by_page_and_by_kind(
    store: Store, decide: Callable[..., Decision]
) -> None:
    """Newest first."""
    for number in range(6):
        decide(f"dec_{number}", verdict=number % 2, subject={"kind": "key", "id": f"k{number % 3}"})
    decide("dec_shadow", "shadow", shadow=True)
    recent = store.decisions.recent

    assert [one.id for one in recent(3)] == ["dec_shadow", "dec_5", "dec_4"]
    assert [one.id for one in recent(3, before_id="dec_4")] == ["dec_3", "dec_2", "dec_1"]
    assert [one.id for one in recent(9, verdict=Verdict.REDACT)] == ["dec_5", "dec_3", "dec_1"]
    assert [one.id for one in recent(9, shadow=True)] == ["dec_shadow"]
    assert [one.id for one in recent(9, subject=Ref(kind="key", id="k1"), shadow=False)] == ["dec_4", "dec_1"]
    assert recent(9, before_id="dec_unknown") == []


def test_one_call_may_carry_a_decision_and_a_shadow(store: Store, event: Make, ban: Decision) -> None:
    """Both are kept, each by its id."""
    shadow = msgspec.structs.replace(ban, id="dec_shadow", shadow=True)
    both = {"decision": msgspec.to_builtins(ban), "shadow": msgspec.to_builtins(shadow)}
    store.append(event("call.refused", **both)).result(30)

    assert {one.id for one in store.decisions.recent()} == {ban.id, "dec_shadow"}


def test_bans_of_addresses_are_read_without_their_grounds(
    store: Store, decide: Callable[..., Decision], event: Make
) -> None:
    """Only what blocks an address and stands; and only what is new, where a place is given."""
    address, network = ({"kind": "ip", "id": one} for one in ("203.0.113.7", "2001:db8::/32"))
    decide("dec_key", lasts=60)
    decide("dec_challenge", subject=address, verdict=2, lasts=60)
    decide("dec_call", subject=address)
    decide("dec_shadow", "shadow", subject=address, lasts=60, shadow=True)
    decide("dec_ip", subject=address, lasts=60)
    decide("dec_lifted", subject=address, lasts=60)
    store.append(event("decision.lifted", decision="dec_lifted", reason="a mistake")).result(30)
    seq = store.events.last_seq()
    decide("dec_net", subject=network, lasts=FOREVER)

    everything = store.decisions.addresses(1_000)
    assert [one[1:3] for one in everything] == [("dec_ip", "ip:203.0.113.7"), ("dec_net", "ip:2001:db8::/32")]
    assert [one.until for one in everything] == [1_000 + 60 * SECOND, 1_000 + FOREVER * SECOND]
    assert [one.id for one in store.decisions.addresses(1_000, seq)] == ["dec_net"]
    assert store.decisions.addresses(1_000, store.events.last_seq()) == []
    assert [one.id for one in store.decisions.addresses(1_000 + 60 * SECOND)] == ["dec_net"]
    assert everything[1].seq == store.events.last_seq()


@pytest.mark.embedded
def test_new_bans_are_found_without_a_walk_through_all_that_stand(store: Store) -> None:
    """Among fifty thousand, that would take longer than all the rest of the way into the kernel."""
    plan = store._readers.all(f"EXPLAIN QUERY PLAN {_NEW}", 0, 3, 9)

    assert [row[3] for row in plan] == ["SEARCH decisions USING INTEGER PRIMARY KEY (rowid>?)"]
