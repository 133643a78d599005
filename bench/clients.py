"""How many planted scrapers, extractors, thieves and probers the watch of callers finds, and how often it wrongs honest ones.

    python bench/clients.py             # held-out seeds: the figures that are kept
    python bench/clients.py --tune      # the seed that thresholds were chosen on

A week is lived through first (every caller honest), then measured days: each has honest callers with bursts, travels and moved
servers among them, and planted ones. All calls pass the real watch over a real store. In a world of *offices* half of the honest
callers come from six addresses, each that of a house whose people, or whose servers, stand behind one translated address; in the
others no two share a network. Its limit: callers are simulated, so that the figures compare versions of the watch rather than
promise anything of your own traffic.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from callers.honest import Call, Honest, population
from callers.others import PLAYS
from rig import harness

from yanmen.core.clock import DAY
from yanmen.core.nouns import Event, Ref
from yanmen.soc.abuse.behaviour import network_of
from yanmen.soc.abuse.callers import Watched
from yanmen.store import Recorded, Store

START = 20_000 * DAY
COUNT, WARM, MEASURED = 150, 7, 5
"""Honest callers, and days."""
TUNED, HELD_OUT = (1,), (101, 202)
SPREAD = "extractor over eight keys"
"""Found where its network is: none of its keys does much."""
PEOPLE = {"chat", "agent"}
EACH = 2
"""Planted ones of each kind a measured day."""
OFFICES = 6
"""Addresses that half of the honest callers share, where any do."""


def main() -> None:
    """Live through the days and print what was found."""
    seeds = TUNED if "--tune" in sys.argv else HELD_OUT
    found: list[dict[str, Any]] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
            found.append(lived(seed, store))
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        behind = lived(seeds[0], store, offices=OFFICES)
    told = {"seeds": list(seeds), "worlds": found, "together": together(found), "offices": behind}
    if "--tune" in sys.argv:
        sys.stdout.write(json.dumps(told, indent=1, default=str) + "\n")
        return
    harness.keep("clients", {"what": "callers, simulated; seeds that nothing was tuned on", **told})


def lived(seed: int, store: Store, offices: int = 0) -> dict[str, Any]:
    """One world."""
    chance, honest, watched = random.Random(seed), population(seed, COUNT), Watched(store)
    for number, one in enumerate(
        honest[: COUNT // 2 if offices else 0]
    ):  # people with people, servers with servers
        same = [other for other in honest if (other.kind in PEOPLE) == (one.kind in PEOPLE)]
        one.place.ip, one.place.asn = (house := same[number % (offices // 2)].place).ip, house.asn
        one.place.country = house.country
    truth: dict[str, tuple[str, int]] = {}
    bursts: set[tuple[str, int]] = set()
    victims: set[str] = set()
    seq = events = 0
    spent = 0.0
    for day in range(WARM + MEASURED):
        start = START + day * DAY
        calls: list[Call] = []
        for one in honest:
            burst, travels = chance.random() < 0.06, chance.random() < 0.03
            bursts |= {(one.key, day)} if burst else set()
            calls += one.day(start, burst=burst, travels=travels)
        if day >= WARM:
            calls += planted(seed, day, chance, honest, truth, victims)
        calls.sort(key=lambda call: call.at)
        begun = time.process_time()
        for call in calls:
            seq += 1
            watched.take(recorded(seq, call))
        watched.write(start + DAY, now_too=day == WARM + MEASURED - 1)
        spent += time.process_time() - begun
        events += len(calls)
    size = len(store.profiles.get("callers"))
    return judged(store, honest, truth, bursts) | {
        "events": events,
        "µs an event": round(spent / events * 1e6, 1),
        "kept bytes a caller": round(size / max(1, len(watched))),
    }


def planted(seed: int, day: int, chance: random.Random, honest: list[Honest], truth: dict[str, tuple[str, int]],
            victims: set[str]) -> list[Call]:  # fmt: skip
    """The day's others; ``truth`` says what each key is, and since when."""
    made: list[Call] = []
    for kind, play in PLAYS.items():
        for n in range(EACH):
            free = [one for one in honest if one.key not in victims and one.kind in {"chat", "bot", "agent"}]
            victim, key = chance.choice(free), f"key_{seed}_{kind.replace(' ', '-')}_{day}_{n}"
            played = list(play(key, START + day * DAY, chance, victim))
            if kind in {"thief", "quiet thief", "prober"}:
                victims.add(victim.key)
            for call in played:
                whom = call.key if kind != SPREAD else f"ip:{network_of(call.data['ip'])}"
                truth.setdefault(whom, (kind, day))
            made += played
    return made


def judged(
    store: Store, honest: list[Honest], truth: dict[str, tuple[str, int]], bursts: set[tuple[str, int]]
) -> dict[str, Any]:
    """What was told of whom."""
    told: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for one in store.events.after(0, 100_000, ("abuse.found",)):
        event = one.event
        finding = event.data["findings"][0]
        day = (event.at - START) // DAY
        told[str(event.subject)].append((day, finding["rule"], finding["evidence"]))
    kinds = {one.key: one.kind for one in honest}
    false = [
        (kinds[key], (key, day) in bursts, rule, said)
        for name, findings in told.items()
        if name.startswith("key:") and (key := name.removeprefix("key:")) in kinds
        for day, rule, said in findings
        if day >= WARM and (key not in truth or day < truth[key][1])
    ]
    networks = {
        name: findings for name, findings in told.items() if name.startswith("ip:") and name not in truth
    }
    days = len(honest) * MEASURED - sum(
        WARM + MEASURED - since for key, (_, since) in truth.items() if key in kinds
    )
    hits, whole = Counter[str](), Counter[str]()
    for key, (kind, since) in truth.items():
        whole[kind] += 1
        name = key if key.startswith("ip:") else f"key:{key}"
        hits[kind] += any(day >= since for day, *_ in told[name])
    return {
        "detected": {kind: f"{hits[kind]} of {whole[kind]}" for kind in whole},
        "honest client-days": days,
        "false alarms": len(false),
        "false alarms on days with bursts": sum(burst for _, burst, *_ in false),
        "days with bursts": sum(day >= WARM for _, day in bursts),
        "false alarms by rule": dict(Counter(rule for *_, rule, _ in false)),
        "false alarms by kind": dict(Counter(kind for kind, *_ in false)),
        "honest networks blamed": {name: findings[:3] for name, findings in networks.items()},
    }


def together(worlds: list[dict[str, Any]]) -> dict[str, Any]:
    """All worlds as one."""
    hits, whole = Counter[str](), Counter[str]()
    for world in worlds:
        for kind, said in world["detected"].items():
            hit, _, of = said.partition(" of ")
            hits[kind] += int(hit)
            whole[kind] += int(of)
    days = sum(world["honest client-days"] for world in worlds)
    return {
        "detection rate": round(sum(hits.values()) / sum(whole.values()), 3),
        "by kind": {kind: round(hits[kind] / whole[kind], 3) for kind in whole},
        "false alarms per 1,000 honest client-days": round(
            1_000 * sum(w["false alarms"] for w in worlds) / days, 2
        ),
    }


def recorded(seq: int, call: Call) -> Recorded:
    """As the watch reads it."""
    event = Event(
        id=f"evt_{seq}",
        at=call.at,
        kind=call.kind,
        actor=Ref(kind="key", id=call.key),
        subject=Ref(kind="call", id=f"call_{seq}"),
        data=call.data | {"tenant": "default", "model": "m"},
    )
    return Recorded(seq=seq, event=event)


if __name__ == "__main__":
    main()
