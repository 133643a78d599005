"""Attacks that say nearly the same are one campaign, whoever sends them; of one that many callers send, an incident is opened.

Texts are compared by their sketches, which the gateway writes into the record: no text is needed. Bounded: CLUSTERS of
attacks are held, the one unseen longest goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from yanmen.core.clock import SECOND
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref, Severity
from yanmen.core.redaction import visible
from yanmen.guard.sketch import BINS, NEAR, Sketch, read, similarity
from yanmen.soc.facts import NAMES, OTHERS, Sign, tallied
from yanmen.soc.identity import derived_id
from yanmen.soc.wording import minute
from yanmen.store import Campaign, Recorded

CLUSTERS = 2_000
"""Groups of attacks that are held, campaigns or not yet. 200 kB, and 0.3 ms for an attack to be compared with all."""
LEAST = 3
"""Attacks that make a campaign."""
CALLERS = 2
"""Callers of one campaign from which on it is an incident of its own."""
HELD = 64
"""Signs of a campaign held until it is one of many callers."""
LONGEST_WAIT = 60 * SECOND
JOINT = "prompt.joint-campaign"
"""The cause of incidents about one campaign of many callers."""
_STOPPED = {"call.refused", "call.stopped"}


class Attack(NamedTuple):
    """One attack as the record tells of it."""

    seq: int
    at: int
    sketch: str
    caller: str
    rule: str
    stopped: bool
    sign: Sign


class Cluster:
    """Attacks that are alike."""

    __slots__ = ("campaign", "signs", "wait_until", "waits", "writes")

    def __init__(self, campaign: Campaign) -> None:
        """Nothing waits to be written."""
        self.campaign = campaign
        self.signs: list[Sign] = []
        self.waits = False
        self.writes = 0
        self.wait_until = 0

    @property
    def joint(self) -> bool:
        """Whether many callers send it."""
        return self.campaign.seen >= LEAST and len(self.campaign.keys) >= CALLERS

    def take(self, attack: Attack) -> None:
        """Count one attack more; what was counted before is not counted twice."""
        known = self.campaign
        if attack.seq <= known.through:
            return
        fresh = attack.caller not in known.keys and len(known.keys) <= NAMES
        self.campaign = msgspec.structs.replace(
            known,
            last=max(known.last, attack.at),
            through=attack.seq,
            seen=known.seen + 1,
            stopped=known.stopped + attack.stopped,
            passed=known.passed + (not attack.stopped),
            latest=attack.sketch,
            rules=tallied(known.rules, attack.rule),
            keys=tallied(known.keys, attack.caller),
        )
        self.waits = self.campaign.seen >= LEAST
        if fresh:
            self.wait_until = 0

    def written(self, at: int) -> None:
        """Mere growth is written after 1, 2, 4 … 60 seconds."""
        self.waits = False
        self.writes += 1
        self.wait_until = at + min(SECOND << min(self.writes, 6), LONGEST_WAIT)


class Campaigns:
    """Takes attacks in the order of the log; answers what is to be written, and signs of those that many send."""

    def __init__(self, known: Sequence[Campaign] = ()) -> None:
        """Go on with the campaigns of the record, the last seen first."""
        self._clusters: list[Cluster] = []
        self._rows = np.zeros((CLUSTERS, 2, BINS), np.uint8)
        for campaign in known[: CLUSTERS // 2]:
            self._add(Cluster(campaign), read(campaign.sketch), read(campaign.latest))

    def take(self, recorded: Recorded) -> list[Sign]:
        """Take one event: the signs of its campaign's incident, where that is one of many callers."""
        attack = attack_of(recorded)
        if attack is None:
            return []
        row = read(attack.sketch)
        if not row.any():
            return []
        cluster = self._nearest(row) or self._new(attack, row)
        cluster.take(attack)
        cause = f"{JOINT}/campaign:{cluster.campaign.id}"
        subject = Ref(kind="campaign", id=cluster.campaign.id)
        cluster.signs.append(attack.sign._replace(cause=cause, subject=subject))
        if not cluster.joint:
            del cluster.signs[:-HELD]
            return []
        signs, cluster.signs = cluster.signs, []
        return signs

    def due(self, at: int, *, everything: bool = False) -> list[Campaign]:
        """Campaigns to be written now."""
        return [one.campaign for one in self._clusters if one.waits and (everything or at >= one.wait_until)]

    def written(self, campaign: Campaign, at: int) -> None:
        """Note that a campaign stands in the record as it is now."""
        for one in self._clusters:
            if one.campaign.id == campaign.id:
                one.written(at)

    def opened(self, campaign: str, incident: str) -> None:
        """Note the incident of a campaign."""
        for one in self._clusters:
            if one.campaign.id == campaign and one.campaign.incident != incident:
                one.campaign = msgspec.structs.replace(one.campaign, incident=incident)
                one.waits, one.wait_until = True, 0

    def _nearest(self, row: Sketch) -> Cluster | None:
        count = len(self._clusters)
        if not count:
            return None
        likeness = similarity(row, self._rows[:count]).max(axis=1)
        place = int(likeness.argmax())
        if likeness[place] < NEAR:
            return None
        self._rows[place, 1] = row
        return self._clusters[place]

    def _new(self, attack: Attack, row: Sketch) -> Cluster:
        campaign = Campaign(
            id=derived_id("cmp", attack.at, attack.sign.event, attack.sketch),
            first=attack.at,
            last=attack.at,
            through=0,
            seen=0,
            stopped=0,
            passed=0,
            sketch=attack.sketch,
            latest=attack.sketch,
            evidence=attack.sign.evidence,
        )
        return self._add(Cluster(campaign), row, row)

    def _add(self, cluster: Cluster, first: Sketch, latest: Sketch) -> Cluster:
        if len(self._clusters) == CLUSTERS:
            self._forget()
        self._rows[len(self._clusters)] = first, latest
        self._clusters.append(cluster)
        return cluster

    def _forget(self) -> None:
        """Let go of the tenth that was unseen longest; what waits to be written stays."""
        order = sorted(
            range(CLUSTERS),
            key=lambda place: (self._clusters[place].waits, self._clusters[place].campaign.last),
        )
        gone = set(order[: CLUSTERS // 10])
        stay = [place for place in range(CLUSTERS) if place not in gone]
        self._rows[: len(stay)] = self._rows[stay]
        self._clusters = [self._clusters[place] for place in stay]


def attack_of(recorded: Recorded) -> Attack | None:
    """What a call's event says of an attack; None where there is none, or no sketch of it."""
    event = recorded.event
    told, findings = event.data.get("guard"), event.data.get("findings")
    if not (event.kind.startswith("call.") and isinstance(told, dict) and isinstance(findings, list)):
        return None
    found = [
        one for one in findings if isinstance(one, dict) and str(one.get("rule", "")).startswith("prompt.")
    ]
    ip = visible(str(event.data.get("ip") or ""))
    caller = str(event.actor) if event.actor is not None else f"ip:{ip}"
    if not found:
        return None
    stopped = event.kind in _STOPPED
    rule = visible(str(found[0]["rule"]))
    sign = Sign(
        seq=recorded.seq,
        at=event.at,
        event=event.id,
        cause="",
        subject=Ref(kind="campaign", id="?"),
        part="attack",
        severity=Severity.MEDIUM if stopped else Severity.HIGH,
        rule=rule,
        evidence=visible(str(found[0].get("evidence", ""))),
        place=caller,
        member=event.subject,
        ip=ip,
        model=visible(str(event.data.get("model") or "")),
        ending="refused" if stopped else "answered",
    )
    return Attack(recorded.seq, event.at, str(told.get("sketch", "")), caller, rule, stopped, sign)


def event_of(campaign: Campaign, actor: Ref, at: int) -> Event:
    """The event that says how a campaign stands."""
    subject = Ref(kind="campaign", id=campaign.id)
    data = {"campaign": msgspec.to_builtins(campaign)}
    return Event(id=new_id("evt"), at=at, kind="campaign.changed", actor=actor, subject=subject, data=data)


def summary(campaign: Campaign) -> Phrase:
    """A campaign in two sentences."""
    callers = len([name for name in campaign.keys if name != OTHERS])
    more_en, more_zh = (" or more", "以上") if OTHERS in campaign.keys else ("", "")
    rules = ", ".join(f"{rule} ×{count}" for rule, count in list(campaign.rules.items())[:3])
    first, last = minute(campaign.first), minute(campaign.last)
    passed_en = f"{campaign.passed} let through" if campaign.passed else "none let through"
    passed_zh = f"{campaign.passed} 次被放行" if campaign.passed else "无一放行"
    callers_en = f"{callers}{more_en} caller{'s' if callers != 1 else ''}"
    return Phrase(
        en=f"{campaign.seen} nearly identical attacks by {callers_en}: {campaign.stopped} stopped, {passed_en}. "
        f"{rules}; first {first}, last {last}.",
        zh=f"{callers} 个{more_zh}调用方发出 {campaign.seen} 次内容高度相似的攻击：拦截 {campaign.stopped} 次，{passed_zh}。"
        f"{rules}；首次 {first}，末次 {last}。",
    )
