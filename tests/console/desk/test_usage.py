"""Usage and budgets, at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.console.desk import usage as desk
from yanmen.console.desk.usage import AskedUsage, usage
from yanmen.core.clock import DAY, now
from yanmen.core.config import Config
from yanmen.core.config.limits import Allowance, Limits
from yanmen.core.ids import new_id
from yanmen.core.nouns import Ref
from yanmen.store import Key

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def called(
    scene: Scene, key: Key, *, cost: int = 10**9, model: str = "m", user: str = "", at: int = 0
) -> None:
    """A call that used something."""
    when = at or now()
    used = {"at": when, "in": 100, "out": 20, "cached": 5, "cost": cost}
    data = {
        "key": key.id,
        "tenant": key.tenant,
        "team": key.team,
        "model": model,
        "user": user,
        "usage": used,
    }
    scene.put("call.allowed", data, actor=Ref(kind="key", id=key.id), at=when)


def made(scene: Scene, **fields: object) -> Key:
    """A key with a budget."""
    key = msgspec.convert(
        {"id": new_id("key"), "hash": new_id("key"), "name": "k", "created": now(), **fields}, Key
    )
    scene.put("key.created", {"key": msgspec.to_builtins(key)}, subject=Ref(kind="key", id=key.id))
    return key


def test_usage_is_added_up_as_asked(scene: Scene) -> None:
    """By key, user, team, tenant, model; since a day; what cost most first."""
    one, other = made(scene, team="search"), made(scene)
    called(scene, one, user="ann")
    called(scene, other, cost=3 * 10**9, model="n")
    called(scene, other, at=now() - 40 * DAY)

    by = usage(scene.house, scene.caller, AskedUsage(by="key"))
    assert [(row.name, row.calls, row.cost) for row in by.rows] == [
        (other.id, 1, 3 * 10**9),
        (one.id, 1, 10**9),
    ]
    assert (by.total.calls, by.total.tokens_in, by.total.cost) == (2, 200, 4 * 10**9)
    assert usage(scene.house, scene.caller, AskedUsage(days=90)).total.calls == 3
    for kind, names in (("user", {"", "ann"}), ("team", {"", "search"}), ("model", {"m", "n"})):
        rows = usage(scene.house, scene.caller, msgspec.convert({"by": kind}, AskedUsage)).rows
        assert {row.name for row in rows} == names


def test_budgets_are_told_with_how_far_they_are_used(scene: Scene) -> None:
    """Of keys, with those they were rotated from, of tenants, teams and users; the fullest first."""
    scene.house.config = Config(
        limits=Limits(
            tenant=Allowance(budgets=("10usd/month",)),
            user=Allowance(budgets=("3requests/day",)),
            team=Allowance(budgets=("1000tokens/total",)),
        )
    )
    old = made(scene, limits={"budgets": ["4usd/month"]}, team="search")
    new = made(scene, limits={"budgets": ["4usd/month"]}, team="search", replaces=old.id)
    called(scene, old, user="ann")
    called(scene, new, user="ann")

    rows = usage(scene.house, scene.caller, AskedUsage()).budgets
    assert [(row.whose, row.measure, row.period, row.used, row.limit) for row in rows] == [
        ("user:default/ann", "requests", "day", 2, 3),
        (f"key:{old.id}", "money", "month", 2 * 10**9, 4 * 10**9),
        ("team:default/search", "tokens", "total", 240, 1000),
        ("tenant:default", "money", "month", 2 * 10**9, 10 * 10**9),
    ]
    assert rows[0].ends > now()
    assert rows[2].ends == 0


def test_rows_are_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted."""
    key = made(scene)
    for number in range(5):
        called(scene, key, user=f"user-{number}")
    monkeypatch.setattr(desk, "ROWS", 3)

    found = usage(scene.house, scene.caller, AskedUsage(by="user"))
    assert (len(found.rows), found.more, found.total.calls) == (3, 2, 5)
