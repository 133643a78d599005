"""The nouns of the house. Frozen; built by keyword; written to the store and to the wire as they stand."""

from __future__ import annotations

import enum
import hashlib
from typing import Any, Literal

import msgspec

from yanmen.core.clock import SECOND

FOREVER = 10_000_000_000
"""Seconds a decision lasts that has no end of its own (317 years)."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value. Two with the same fields are the same thing."""


class Verdict(enum.IntEnum):
    """What a door does. Ordered: a join is a maximum, so more findings never loosen."""

    ALLOW = 0
    REDACT = 1
    CHALLENGE = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The verdict as policies and reports spell it: ``allow``, ``redact``, ``challenge``, ``block``."""
        return self.name.lower()


class Severity(enum.IntEnum):
    """How much a true finding matters. Ordered."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """``info``, ``low``, ``medium``, ``high``, ``critical``."""
        return self.name.lower()

    def say(self, language: str) -> str:
        """The word as a person reads it, in ``zh`` or else in English."""
        return ("提示", "低", "中", "高", "严重")[self] if language == "zh" else self.word


class Ref(Noun, frozen=True, order=True):
    """Names a thing across rooms: ``key:key_01…``, ``user:alice``, ``ip:203.0.113.7``, ``tenant:default``."""

    kind: str
    id: str

    def __str__(self) -> str:
        """``kind:id``."""
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read ``kind:id``; raise ValueError where there is no kind or no id."""
        kind, colon, name = text.partition(":")
        if not (colon and kind and name):
            raise ValueError(f"{text!r} is not of the form kind:id")
        return cls(kind=kind, id=name)


class Phrase(Noun, frozen=True):
    """A sentence that a person reads, in both languages."""

    en: str
    zh: str

    def say(self, language: str) -> str:
        """The sentence in ``zh`` or else in English."""
        return self.zh if language == "zh" else self.en


class Event(Noun, frozen=True):
    """Something happened. Written once, never changed."""

    id: str
    at: int
    """Microseconds since the epoch, UTC."""
    kind: str
    """Dotted and stable for ever: ``call.refused``, ``decision.made``, ``key.created``."""
    actor: Ref | None = None
    """Who did it."""
    subject: Ref | None = None
    """What it was done to."""
    data: dict[str, Any] = {}
    """JSON values only."""


class Rule(Noun, frozen=True):
    """What is always true of a kind of finding; says nothing of a target."""

    id: str
    """``room.what-is-wrong``, stable for ever."""
    title: Phrase
    severity: Severity
    fix: Phrase
    tags: tuple[str, ...]
    """References in the field's own names: ``owasp-llm:LLM01``, ``atlas:AML.T0051``, ``cwe:798``, ``tc260:A1``."""


class Where(Noun, frozen=True):
    """A place in a target: a part (JSON pointer, file path …) and a span in characters of the original text."""

    part: str = ""
    start: int = 0
    end: int = 0


class Finding(Noun, frozen=True):
    """A claim with its proof."""

    rule: Rule
    subject: Ref
    """What the finding is about: the text's digest, a key, a package."""
    confidence: float
    """0 to 1; how sure the detector is that the claim is true here."""
    evidence: str
    """What was seen, with secrets masked and control characters escaped: fit to store and to show."""
    where: Where = Where()
    instead: str = ""
    """The safe form that a redaction puts in the place of the span; empty: a mark. Written to the record, so no content."""

    @property
    def fingerprint(self) -> str:
        """The same for the same claim about the same subject with the same evidence; 16 hex digits."""
        text = "\x1f".join((self.rule.id, str(self.subject), self.evidence))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Unexamined(Noun, frozen=True):
    """What could not be judged, and why. Never counted as clean."""

    subject: Ref
    reason: str
    """A stable word: ``too-large``, ``timed-out``, ``unsupported``, ``unreadable``, ``detector-failed``."""
    detail: str = ""
    where: Where = Where()


class Reason(Noun, frozen=True):
    """One ground of a decision."""

    rule: str
    """The finding's rule id, or ``operator`` for a person's word, or ``unexamined``."""
    by: str = ""
    """The policy rule that took it up, or the playbook."""
    note: str = ""
    """The masked evidence or a person's reason."""
    fingerprint: str = ""
    where: Where = Where()


class Decision(Noun, frozen=True):
    """What policy (or a person) answered. Doors obey it; nothing else reaches a door."""

    id: str
    at: int
    subject: Ref
    verdict: Verdict
    because: tuple[Reason, ...] = ()
    policy: str = ""
    """Revision of the policy that answered; ``operator`` when a person did."""
    shadow: bool = False
    """True: what would have been decided; no door acts on it."""
    lasts: int = 0
    """Seconds it stands from ``at``; 0 answers one call only; FOREVER has no end."""
    terms: dict[str, Any] = {}
    """Limits, redactions (``redact``), what a waiver removes (``waives``)."""

    @property
    def until(self) -> int:
        """The time it ends, in microseconds."""
        return self.at + self.lasts * SECOND


class Action(Noun, frozen=True):
    """Something done in response, and how to undo it."""

    id: str
    at: int
    name: str
    """The act's name in the catalogue: ``ban``, ``notify``."""
    incident: str
    args: dict[str, Any] = {}
    result: dict[str, Any] = {}
    undo: dict[str, Any] = {}
    """What the act needs to take itself back."""
    playbook: str = ""
    undone: int = 0
    """When it was taken back, in microseconds; 0 while it stands."""


class Moment(Noun, frozen=True):
    """One line of an incident's timeline."""

    at: int
    event: str
    """Id of the event that proves it."""
    text: Phrase


class Incident(Noun, frozen=True):
    """What a person reads: findings with one cause."""

    id: str
    opened: int
    status: Literal["open", "contained", "closed"]
    severity: Severity
    cause: str
    """What its members share, e.g. ``key.leaked/key:key_01…``; open incidents have distinct causes."""
    title: Phrase
    members: tuple[Ref, ...] = ()
    timeline: tuple[Moment, ...] = ()
    summary: Phrase = Phrase(en="", zh="")
    owner: str = ""
    facts: dict[str, Any] = {}
    """What the sentences are made from: counts, first and last times, addresses, models; JSON values only."""


Role = Literal["system", "developer", "user", "assistant", "tool", "field"]
Trust = Literal["operator", "user", "untrusted"]


class Text(Noun, frozen=True):
    """A target: one string of a call, who said it and how far it is trusted."""

    text: str
    role: Role
    """``field`` is any string in no message: names, metadata, unknown fields."""
    trust: Trust
    """``operator`` (system and developer messages), ``user``, or ``untrusted`` (documents, tool results, fields)."""
    part: str = ""
    """JSON pointer to the string in its call."""


class Exchange(Noun, frozen=True):
    """A target: a conversation in order, with the answer so far."""

    texts: tuple[Text, ...]
    answer: tuple[Text, ...] = ()


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as events carry it: flat, with its rule's id and severity."""
    return {
        "rule": finding.rule.id,
        "severity": int(finding.rule.severity),
        "subject": str(finding.subject),
        "confidence": finding.confidence,
        "evidence": finding.evidence,
        "part": finding.where.part,
        "start": finding.where.start,
        "end": finding.where.end,
        "fingerprint": finding.fingerprint,
    }
