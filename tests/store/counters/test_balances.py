"""Pieces of budgets, on the disk before they are used."""

from __future__ import annotations

from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.counters import TOKENS, budget
from yanmen.store.counters.meters import Bucket

DAY = budget("key:k/tokens/day/2026-11-21", TOKENS, 1_000, ends=500)


def test_a_piece_is_as_large_as_is_wanted_and_not_too_small_to_be_worth_it(store: Store) -> None:
    """A hundredth of the budget at least; never more than there is left."""
    (first,) = store.balances.authorise([(DAY, 3)], ())
    (second,) = store.balances.authorise([(DAY, 400)], {DAY.name})
    (too_much,) = store.balances.authorise([(DAY, 591)], {DAY.name})
    (last,) = store.balances.authorise([(DAY, 585)], {DAY.name})

    assert (first.granted, second.granted, too_much.granted, last.granted) == (10, 400, 0, 585)
    assert last.total == 995


def test_what_is_recorded_is_known_at_once(store: Store) -> None:
    """Also what waits to be written; of the window, and of this key with those before it."""
    meter = DAY._replace(of=(("key", ("key_2", "key_1")),), starts=900_000_000, ends=1_800_000_000)
    for number, (key, at) in enumerate([("key_1", 10**9), ("key_2", 10**9), ("key_3", 10**9), ("key_1", 1)]):
        data = {"key": key, "usage": {"at": at, "in": 10, "out": 1}}
        store.append_soon(Event(id=f"evt_{number}", at=at, kind="call.allowed", data=data))

    assert store.balances.recorded(meter) == 22


def test_what_is_given_back_can_be_taken_again(store: Store) -> None:
    """By whomever."""
    store.balances.authorise([(DAY, 1_000)], ())
    store.balances.give_back([(DAY.name, 250)])

    assert store.balances.authorise([(DAY, 250)], {DAY.name})[0].granted == 250


def test_windows_that_ended_are_forgotten_and_rates_are_kept(store: Store) -> None:
    """What was reserved counts as a backlog when it comes back."""
    store.balances.authorise([(DAY, 1_000)], ())
    bucket = Bucket(10, 20)
    bucket.held = 5
    store.balances.keep([("key:k/requests/minute", bucket)], before=501)

    (kept,) = store.balances.rates().items()
    assert (kept[0], kept[1].backlog, kept[1].seen) == ("key:k/requests/minute", 15, 20)
    assert store.balances.authorise([(DAY, 1_000)], ())[0].granted == 1_000
