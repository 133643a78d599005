"""Registrations over a store: judged as they come, written before they are answered, known again after a restart.

What was judged is in the record as ``registration.judged``, labels as ``registration.labelled``; whoever opens this reads those of
the last thirty days and knows what was known. Several processes may judge at once: each reads what the others wrote first.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from yanmen.core import foreign
from yanmen.core.clock import DAY, SECOND, Clock, now
from yanmen.core.config import Abuse as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.guard.sketch import sketch
from yanmen.intel.networks import Networks
from yanmen.soc.abuse import mail
from yanmen.soc.abuse.clusters import Cluster
from yanmen.soc.abuse.judge import Judge, Past
from yanmen.soc.abuse.registration import Registration, Seen, hashed, seen
from yanmen.soc.abuse.scoring import REASONS, VERDICTS, Label, Verdict, verdict
from yanmen.soc.identity import derived_id
from yanmen.store import Store

KEPT = 30 * DAY
"""How far back the record is read at a start."""
AHEAD = 300 * SECOND
"""A registration may be so far in the future; more is a wrong clock, and counts as now."""
MOST = 1_000
"""Registrations, or labels, in one report."""
WAIT_SECONDS = 30.0
PLACE = "abuse.registrations"
"""Name of the kept place, from which on the record is read."""
KINDS = ("registration.",)
SECRET = "registrations"  # noqa: S105  # the name of one
_READ = 1_000


class Answer(NamedTuple):
    """What is answered of one registration."""

    id: str
    verdict: Verdict
    score: float
    reasons: tuple[Phrase, ...]
    cluster: str
    members: int
    event: str


class Feedback(NamedTuple):
    """What is known later of a registration."""

    id: str
    label: Label | None = None
    first_prompt: str = ""
    """The first text its owner sent; only its sketch's hash is kept."""


class Registrations:
    """Judges registrations; any thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings | None = None,
        networks: Networks | None = None,
        clock: Clock = now,
    ) -> None:
        """Read the lists and the record. YanmenError where the list of domains cannot be read."""
        self._store, self._settings, self._clock = store, settings or Settings(), clock
        self._networks = networks or Networks()
        self._domains = mail.shipped() | _own(self._settings.disposable_domains)
        self._secret = store.secrets(SECRET)
        self._judge = Judge()
        self._lock = threading.Lock()
        self._position = store.cursors.get(PLACE)

    def judge(self, batch: Sequence[Registration], actor: Ref, floor: Verdict = "allow") -> list[Answer]:
        """Judge a batch in its order; durable on return. No verdict is milder than ``floor``."""
        at = self._clock()
        with self._lock:
            self._catch_up()
            events, answers = [], []
            for one in batch:
                event, answer = self._one(one, at, actor, floor)
                events.append(event)
                answers.append(answer)
            if events:
                self._store.append(*events).result(WAIT_SECONDS)
                self._position = self._place_after(events)
        return answers

    def learn(self, given: Sequence[Feedback], actor: Ref) -> list[bool]:
        """Take labels and first prompts; durable on return. False for a registration that is not known."""
        at = self._clock()
        with self._lock:
            self._catch_up()
            events, known = [], []
            for one in given:
                past = self._judge.known(one.id)
                known.append(past is not None)
                if past is None:
                    continue
                data: dict[str, Any] = {"registration": one.id, "cluster": past.cluster}
                if one.label:
                    data["label"] = one.label
                if one.first_prompt:
                    data["prompt"] = hashed(self._secret, "prompt", sketch(one.first_prompt))
                self._labelled(data, at)
                subject = Ref(kind="registration", id=one.id)
                events.append(
                    Event(
                        id=new_id("evt"),
                        at=at,
                        kind="registration.labelled",
                        actor=actor,
                        subject=subject,
                        data=data,
                    )
                )
            if events:
                self._store.append(*events).result(WAIT_SECONDS)
                self._position = self._place_after(events)
        return known

    def clusters(self, least: int = 4, limit: int = 100) -> list[Cluster]:
        """Clusters of at least so many members, the last seen first."""
        with self._lock:
            self._catch_up()
            return self._judge.clusters.standing(least)[:limit]

    def _one(self, one: Registration, at: int, actor: Ref, floor: Verdict) -> tuple[Event, Answer]:
        settings = self._settings
        when = one.at if 0 < one.at <= at + AHEAD else at
        kept = seen(one, self._networks.look(one.ip), self._domains, self._secret)
        fresh = derived_id("clu", when, one.id, *kept.tokens.values())
        name = visible(one.id)
        found = self._judge.judge(name, kept, when, fresh)
        said = verdict(
            found.scored.score, settings.challenge_at, max(settings.challenge_at, settings.deny_at)
        )
        said = max(said, floor, key=VERDICTS.index)
        event = Event(
            id=new_id("evt"),
            at=at,
            kind="registration.judged",
            actor=actor,
            subject=Ref(kind="registration", id=name),
            data={
                "verdict": said,
                "score": found.scored.score,
                "reasons": list(found.scored.reasons),
                "cluster": found.cluster,
                "fresh": fresh,
                "when": when,
                "said": found.said,
                "seen": msgspec.to_builtins(kept),
                "origin": self._networks.look(one.ip).data(),
            },
        )
        reasons = tuple(REASONS[reason] for reason in found.scored.reasons)
        return event, Answer(name, said, found.scored.score, reasons, found.cluster, found.size, event.id)

    def _place_after(self, events: Sequence[Event]) -> int:
        """Our own events need not be read again, where nobody wrote between."""
        read = self._store.events.after(self._position, len(events), KINDS)
        ours = {event.id for event in events}
        if len(read) == len(events) and all(one.event.id in ours for one in read):
            return read[-1].seq
        for one in read:
            if one.event.id not in ours:
                self._take(one.event)
        mine = [one.seq for one in read if one.event.id in ours]
        return read[-1].seq if mine else self._position

    def _catch_up(self) -> None:
        """Read what others wrote, or at the start everything of the last days; keep from where on that is."""
        horizon = self._clock() - KEPT
        skipped = 0
        while read := self._store.events.after(self._position, _READ, KINDS):
            for one in read:
                if one.event.at < horizon:
                    skipped = one.seq
                else:
                    self._take(one.event)
            self._position = read[-1].seq
        if skipped:
            self._store.cursors.set(PLACE, skipped)

    def _take(self, event: Event) -> None:
        """Know again what an event says. One that cannot be read was written by another version, and is left out."""
        data = event.data
        try:
            if event.kind == "registration.labelled":
                self._labelled(data, event.at)
                return
            kept = msgspec.convert(data["seen"], Seen, strict=False)
            name = event.subject.id if event.subject else ""
            self._judge.judge(name, kept, int(data["when"]), str(data["fresh"]))
        except (KeyError, TypeError, ValueError):
            return

    def _labelled(self, data: dict[str, Any], at: int) -> None:
        name = str(data["registration"])
        past = self._judge.known(name)
        if past is None:
            return
        if data.get("label") in {"fraud", "good"}:
            self._judge.label(name, data["label"])
        if prompt := data.get("prompt"):
            cluster = self._judge.clusters.tie(past.cluster, f"prompt:{prompt}", at)
            self._judge.remember(name, Past(past.said, cluster or past.cluster, past.tokens))


def _own(file: str) -> frozenset[str]:
    """The domains of a file of the operator's; none where none is named."""
    if not file:
        return frozenset()
    where, hint = (
        "abuse.disposable_domains",
        Phrase(en="Name a text file with a domain a line.", zh="请指定每行一个域名的文本文件。"),
    )
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(mail.LONGEST_LIST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            Phrase(en=f"cannot read {file}: {why.en}", zh=f"无法读取 {file}：{why.zh}"),
            where=where,
            hint=hint,
        ) from error
    except UnicodeDecodeError as error:
        raise YanmenError(
            Phrase(en=f"{file} is not UTF-8", zh=f"{file} 不是 UTF-8 文本"), where=where, hint=hint
        ) from error
    if len(data) > mail.LONGEST_LIST:
        raise YanmenError(Phrase(en=f"{file} is too large", zh=f"{file} 过大"), where=where, hint=hint)
    return mail.domains(text)
