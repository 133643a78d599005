"""What was found of callers, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Noun, Phrase, Ref, Severity
from yanmen.core.redaction import visible
from yanmen.soc.abuse.callers import KIND, LABELLED, WAIT_SECONDS, Label
from yanmen.soc.abuse.detectors.callers import Callers
from yanmen.soc.abuse.features import explained
from yanmen.store import Recorded, Store

TITLES = {rule.id: rule.title for rule in Callers.rules}
LISTED = 500
"""Findings that are looked through."""


class Found(NamedTuple):
    """One finding about a caller."""

    event: str
    at: int
    subject: Ref
    rule: str
    title: Phrase
    severity: Severity
    confidence: float
    evidence: Phrase
    ip: str
    label: str
    """What a person said of the caller since; nothing: nobody did."""


class Told(Noun, frozen=True, forbid_unknown_fields=False):
    """A finding as the event carries it."""

    rule: str
    severity: Severity
    confidence: float
    evidence: str


def found(store: Store, limit: int = 50) -> list[Found]:
    """The latest findings about callers, the newest first."""
    last = store.events.last_seq() + 1
    said: dict[str, str] = {}
    for one in reversed(store.events.before(last, LISTED, (LABELLED,))):
        said[str(one.event.subject)] = str(one.event.data.get("label", ""))
    read = store.events.before(last, min(limit, LISTED), (KIND,))
    return [finding for one in read for finding in _findings(one, said)][:limit]


def label(store: Store, subject: str, said: Label, reason: str, *, actor: Ref, clock: Clock = now) -> Ref:
    """Say what a caller is, durably: of one that is ``expected`` nothing is told for thirty days. YanmenError for no caller."""
    try:
        whom = Ref.parse(subject)
    except ValueError:
        whom = Ref(kind="?", id="?")
    if whom.kind not in {"key", "ip"}:
        raise YanmenError(
            Phrase(en=f"{visible(subject)} is no caller", zh=f"{visible(subject)} 不是调用方"),
            hint=Phrase(en="Write key:ID or ip:203.0.113.0/24.", zh="请写 key:编号 或 ip:203.0.113.0/24。"),
        )
    data = {"label": said, "reason": visible(reason.strip())}
    store.append(
        Event(id=new_id("evt"), at=clock(), kind=LABELLED, actor=actor, subject=whom, data=data)
    ).result(WAIT_SECONDS)
    return whom


def _findings(one: Recorded, said: dict[str, str]) -> Iterator[Found]:
    event = one.event
    subject = event.subject or Ref(kind="?", id="?")
    for told in msgspec.convert(event.data.get("findings", []), tuple[Told, ...], strict=False):
        yield Found(
            event=event.id,
            at=event.at,
            subject=subject,
            rule=told.rule,
            title=TITLES.get(told.rule, Phrase(en=told.rule, zh=told.rule)),
            severity=told.severity,
            confidence=told.confidence,
            evidence=explained(visible(told.evidence)),
            ip=visible(str(event.data.get("ip") or "")),
            label=said.get(str(subject), ""),
        )
