"""Callers, watched over a store: from calls to an incident, a new key, and back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.core.clock import DAY, HOUR, SECOND, now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Ref
from yanmen.guard.sketch import sketch
from yanmen.soc import Soc, facts_of, runs
from yanmen.soc.abuse import callers
from yanmen.soc.abuse.callers import Watched, callers_of
from yanmen.soc.abuse.found import label
from yanmen.store import Key, Store

KEY = Ref(kind="key", id="key_1")
PERSON = Ref(kind="user", id="ann")


def calls(store: Store, many: int, start: int, *, pause: int = SECOND, key: Ref = KEY, **data: object) -> int:
    """So many calls; when they end."""
    events = []
    for number in range(many):
        own = {
            "texts": 1,
            "tokens_out": 50,
            "tokens_in": 10,
            "status": 200,
            "ip": "192.0.2.1",
            "findings": [],
        }
        text = sketch(f"give me the record of customer number {start + number}")
        more = {"verdict": "allow", "digest_in": f"{start + number}", "guard": {"score": 0.0, "sketch": text}}
        events.append(
            Event(
                id=new_id("evt"),
                at=start + number * pause,
                kind="call.allowed",
                actor=key,
                subject=Ref(kind="call", id=f"call_{start + number}"),
                data=own | more | data,
            )
        )
    store.append(*events).result(60)
    return start + many * pause


def watched(store: Store) -> None:
    """Read what is new, answer it, and end."""
    watch = Soc(store)
    watch.step()
    watch.close()


def test_a_scraper_becomes_an_incident_once(store: Store) -> None:
    """Told in words of both languages; read again, it is told no second time."""
    calls(store, 800, now() - HOUR)
    for _ in range(2):
        watched(store)

    found = store.events.after(0, 10, ("abuse.",))
    assert [one.event.data["findings"][0]["rule"] for one in found] == ["abuse.scraping"]
    (incident,) = store.incidents.list(status="open")
    assert incident.cause == "abuse.scraping/key:key_1"
    assert incident.title.en.startswith("One question is asked over and over")
    assert incident.title.zh.startswith("同一问题")
    assert "100% same" in incident.timeline[0].text.en


def test_what_was_counted_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart in the middle does not hide a harvest; counts that cannot be read are learnt anew; there are so many callers."""
    end = calls(store, 500, now() - HOUR)
    first = Watched(store)
    for one in store.events.after(0, 1_000, ("call.",)):
        first.take(one)
    first.write(now(), now_too=True)
    calls(store, 300, end)

    second = Watched(store)
    for one in store.events.after(0, 2_000, ("call.",)):
        second.take(one)
    second.write(now(), now_too=True)
    assert len(store.events.after(0, 10, ("abuse.",))) == 1
    assert len(second) == 2

    monkeypatch.setattr(callers, "MOST", 1)
    second.take(store.events.after(0, 1, ("call.",))[0])
    calls(store, 1, now(), key=Ref(kind="key", id="key_2"))
    second.take(store.events.before(1 << 40, 1, ("call.",))[0])
    assert len(second) == 1
    store.profiles.set("callers", b"\xffbroken")
    assert len(Watched(store)) == 0


def test_of_an_expected_caller_nothing_is_told(store: Store) -> None:
    """For thirty days, or until somebody says otherwise."""
    label(store, str(KEY), "expected", "our own evaluation", actor=PERSON, clock=lambda: now() - 2 * HOUR)
    end = calls(store, 800, now() - HOUR)
    watched(store)
    assert not store.events.after(0, 10, ("abuse.found",))
    label(store, str(KEY), "abuse", "it was not", actor=PERSON)
    calls(store, 5, end)
    watched(store)
    assert len(store.events.after(0, 10, ("abuse.found",))) == 1


def test_a_key_that_was_taken_over_is_rotated_by_itself(store: Store) -> None:
    """New country, network and client, and far more calls: a new key waits, the old one ends in an hour; and all the way back."""
    at = now()
    made = Key(id="key_1", hash=key_hash(new_key()), name="ci", created=at - 9 * DAY)
    store.append(
        Event(id=new_id("evt"), at=at, kind="key.created", data={"key": msgspec.to_builtins(made)})
    ).result(30)
    home: dict[str, Any] = {"origin": {"country": "DE", "asn": "AS1"}, "client": {"agent": "openai-python/1"}}
    thief: dict[str, Any] = {
        "origin": {"country": "BR", "asn": "AS2"},
        "client": {"agent": "aiohttp/3"},
        "ip": "198.51.100.7",
    }
    calls(store, 200, at - 5 * DAY, pause=1_800 * SECOND, **home)
    calls(store, 200, at - HOUR, **thief)

    watched(store)

    (incident,) = store.incidents.list(status="contained")
    assert incident.cause == "abuse.key-taken-over/key:key_1"
    assert "country DE → BR" in incident.timeline[0].text.en
    (done,) = [one for one in runs(store, incident.id) if one.playbook == "rotate-key"]
    assert done.state == "done"
    old, new = store.keys.get("key_1"), next(key for key in store.keys.list() if key.replaces)
    assert old is not None
    assert at < old.expires <= now() + HOUR
    assert new.replaces == "key_1"
    assert facts_of(incident).subject == "key:key_1"


def test_callers_are_keys_and_networks() -> None:
    """A call without a key counts for its network alone; one from nowhere for nobody."""
    one = Event(id="evt_1", at=1, kind="call.refused", data={"ip": "192.0.2.9"})

    assert callers_of(one) == (Ref(kind="ip", id="192.0.2.0/24"),)
    assert callers_of(msgspec.structs.replace(one, actor=KEY))[0] == KEY
    assert callers_of(msgspec.structs.replace(one, data={"ip": "?"})) == ()
