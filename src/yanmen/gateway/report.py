"""What is written of one call: one event, whatever became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from yanmen.core.clock import Clock
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Finding, Ref, Text, Unexamined, Verdict, finding_data
from yanmen.gateway.clients import told
from yanmen.gateway.commands import Call
from yanmen.guard import Examination
from yanmen.guard.sketch import sketch
from yanmen.llm.wire.codec import PLACES
from yanmen.store import Key

FINDINGS = 200
"""Findings kept in one event; ``findings_total`` says how many there were."""
WITHHELD = "[withheld]"
"""Stands for a name that the guard found something in: content is in no record."""


SUSPECT = 0.3
"""Score from which on a prompt's sketch is in its event whatever the pace; from here the watch may ask a person."""


class Pace:
    """Twenty sketches of ordinary prompts a second: enough to see what is usual, and 2 % of a processor at most."""

    EVERY = 50_000
    """Microseconds."""

    def __init__(self) -> None:
        """The first is let through."""
        self._next = 0

    def allows(self, at: int) -> bool:
        """Whether one more is let through now."""
        if at < self._next:
            return False
        self._next = at + self.EVERY
        return True


class Report:
    """Gathers what is to be said of a call."""

    __slots__ = (
        "_clock",
        "_pace",
        "bytes_in",
        "bytes_out",
        "call",
        "content",
        "decisions",
        "digest",
        "error",
        "findings",
        "first_byte",
        "guard",
        "id",
        "key",
        "left",
        "limit",
        "model",
        "places",
        "policy",
        "sent_at",
        "served",
        "shadows",
        "status",
        "stream",
        "surface",
        "texts",
        "tokens",
        "unexamined",
        "upstream",
        "used",
        "user",
        "verdict",
    )  # fmt: skip

    def __init__(self, call: Call, surface: str, policy: str, clock: Clock, pace: Pace | None = None) -> None:
        """Nothing is known yet but the head of the request. ``pace``: that of all calls together."""
        self._clock = clock
        self._pace = pace
        self.guard: dict[str, Any] = {}
        """How like an attack the most suspicious text of the prompt is, and its sketch."""
        self.id = new_id("evt")
        self.call = call
        self.surface = surface
        self.policy = policy
        self.key: Key | None = None
        self.model = ""
        self.user = ""
        self.places = PLACES
        """The parts where the request names its model and its user."""
        self.status = 0
        self.stream = False
        self.bytes_in = self.bytes_out = self.texts = self.left = 0
        self.digest = ""
        self.tokens = (0, 0)
        self.findings: list[Finding] = []
        self.unexamined: list[Unexamined] = []
        self.decisions: list[Decision] = []
        self.shadows: list[Decision] = []
        self.verdict = Verdict.ALLOW
        self.error = ""
        self.used: dict[str, Any] | None = None
        """What it used, once that is known."""
        self.limit: dict[str, Any] | None = None
        """The limit that refused it."""
        self.content: dict[str, str] = {}
        self.served = ("", 0)
        """Who served it, by its name in the configuration, and how many upstreams were asked."""
        self.sent_at = self.first_byte = self.upstream = 0
        """When the call went upstream, when its first byte was there, and how long the model took (microseconds)."""

    def body(self, body: bytes) -> None:
        """The request as it came."""
        self.bytes_in = len(body)
        self.digest = hashlib.sha256(body).hexdigest()

    def decided(self, decision: Decision, shadow: Decision | None = None) -> None:
        """Policy has answered."""
        self.verdict = max(self.verdict, decision.verdict)
        if decision.verdict is not Verdict.ALLOW:
            self.decisions.append(decision)
        if shadow is not None:
            self.shadows.append(shadow)

    def found(self, findings: Sequence[Finding], unexamined: Sequence[Unexamined]) -> None:
        """The guard has answered."""
        self.findings += findings
        self.unexamined += unexamined
        places = [one.where.part for one in findings] + [one.where.part for one in unexamined]
        for part in places:
            if name := self.places.get(part):
                setattr(self, name, WITHHELD)

    def seen(self, said: Examination, texts: Sequence[Text]) -> None:
        """The prompt has been examined. Nothing of a text is kept but its sketch, and that only at the pace for it."""
        attack = next((one.where.part for one in said.findings if one.rule.id.startswith("prompt.")), "")
        part, score = attack or said.part, said.score
        suspect = bool(attack) or score >= SUSPECT
        if not suspect and (self._pace is None or not self._pace.allows(self.call.at)):
            return
        own = [text for text in texts if text.trust != "operator" and text.role != "field"]
        text = next((one for one in own if one.part == part), own[-1] if own else None)
        if text is None:
            return
        self.guard = {
            "score": round(score, 4),
            "part": text.part,
            "channel": "user" if text.trust == "user" else "data",
            "sketch": sketch(text.text),
        }

    def event(self, kind: str) -> Event:
        """The event, as of now."""
        at, call = self._clock(), self.call
        key = self.key
        data: dict[str, Any] = {
            "surface": self.surface,
            "path": call.path[:200],
            "method": call.method,
            "model": self.model[:200],
            "key": key.id if key else "",
            "tenant": key.tenant if key else "",
            "ip": call.ip,
            "status": self.status,
            "stream": self.stream,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "digest_in": self.digest,
            "texts": self.texts,
            "tokens_in": self.tokens[0],
            "tokens_out": self.tokens[1],
            "findings": [finding_data(finding) for finding in self.findings[:FINDINGS]],
            "verdict": self.verdict.word,
            "policy": self.policy,
            "ms": _milliseconds(at - call.at),
            "ttft_ms": _milliseconds(self.first_byte - call.at) if self.first_byte else 0,
            "upstream_ms": _milliseconds(self.upstream),
            "upstream": self.served[0],
            "tries": self.served[1],
        }
        if call.trace is not None:
            data["trace"] = call.trace._asdict()
        if self.guard:
            data["guard"] = self.guard
        self._extras(data)
        actor = Ref(kind="key", id=key.id) if key else None
        return Event(
            id=self.id, at=at, kind=kind, actor=actor, subject=Ref(kind="call", id=call.id), data=data
        )

    def _extras(self, data: dict[str, Any]) -> None:
        """What most calls have nothing of."""
        data.update(told(self.call))
        if len(self.findings) > FINDINGS:
            data["findings_total"] = len(self.findings)
        if self.unexamined:
            data["unexamined"] = [msgspec.to_builtins(one) for one in self.unexamined[:FINDINGS]]
        if decision := strictest(self.decisions):
            data["decision_id"] = decision.id
            if not decision.lasts:  # one that stands was recorded by whoever made it
                data["decision"] = msgspec.to_builtins(decision)
        if shadow := strictest(self.shadows):
            data["shadow"] = msgspec.to_builtins(shadow)
        said = {
            "user": self.user[:200],
            "usage": self.used,
            "team": self.key.team if self.key is not None else "",
            "limit": self.limit,
            "left": self.left,
            "error": self.error,
            "content": self.content,
        }
        data.update({name: value for name, value in said.items() if value})


def strictest(decisions: Sequence[Decision]) -> Decision | None:
    """One decision for a call that was judged on its way in and on its way out: the stricter, with all grounds and cuts."""
    if not decisions:
        return None
    best = max(decisions, key=lambda decision: decision.verdict)
    others = [decision for decision in decisions if decision is not best]
    if not others or best.lasts:
        return best
    because = tuple(reason for decision in (best, *others) for reason in decision.because)
    redact = [term for decision in (best, *others) for term in decision.terms.get("redact", ())]
    terms = {**best.terms, "redact": redact} if redact else best.terms
    return msgspec.structs.replace(best, because=because, terms=terms)


def _milliseconds(micros: int) -> float:
    return round(micros / 1_000, 3)
