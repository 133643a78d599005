"""From events to signs: what each event says of which cause. Pure but for the look-up of a key by its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from yanmen.core.clock import iso
from yanmen.core.nouns import Event, Noun, Ref, Severity, Verdict
from yanmen.core.redaction import visible
from yanmen.intel.leaks import clean
from yanmen.soc.facts import Ending, Sign
from yanmen.store import Key, Recorded
from yanmen.store.traffic import calls

KINDS = ("call.", "guard.checked", "leak.sighted", "limit.reached", "store.gap", "abuse.found")
"""The events that are read."""
ATTACKS = 3
"""Refused attacks of one caller within ten minutes that make a campaign; fewer are the door's daily work. Chosen, not
measured: two are a retry by a curious user, three a purpose."""
WHOLE = 100
"""Percent."""
HASHED = "key-hash"
"""The kind of a reference to a leaked key by its hash."""

_ENDINGS: dict[str, Ending] = {
    "call.allowed": "answered",
    "call.abandoned": "answered",
    "call.refused": "refused",
    "call.stopped": "stopped",
    "call.failed": "failed",
}
_ACTED_ON = {Verdict.CHALLENGE.word, Verdict.BLOCK.word}

KeyByHash = Callable[[str], Key | None]


class Told(Noun, frozen=True, forbid_unknown_fields=False):
    """A finding as events carry it; what is not needed here is left out."""

    rule: str
    severity: Severity
    subject: str
    evidence: str = ""


def signs(recorded: Recorded, key_by_hash: KeyByHash) -> tuple[Sign, ...]:
    """Every sign of an event, one for each cause, the gravest first. An event that cannot be read is itself a sign."""
    event = recorded.event
    try:
        found = list(_signs(recorded.seq, event, key_by_hash))
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
        return (_unreadable(recorded.seq, event, str(error)),)
    gravest: dict[str, Sign] = {}
    for sign in sorted(found, key=lambda sign: -sign.severity):
        gravest.setdefault(sign.cause, sign)
    return tuple(gravest.values())


def leak_cause(key: str) -> str:
    """The cause of incidents about one leaked key."""
    return f"key.leaked/key:{key}"


def call_sign(recorded: Recorded, cause: str, subject: Ref) -> Sign:
    """A call made with a leaked key, as a sign of that leak."""
    event = recorded.event
    data = event.data
    return Sign(
        seq=recorded.seq,
        at=event.at,
        event=event.id,
        cause=cause,
        subject=subject,
        part="use",
        severity=Severity.INFO,
        member=event.subject,
        ip=visible(str(data.get("ip") or "")),
        model=visible(str(data.get("model") or "")),
        ending=_ENDINGS.get(event.kind, "seen"),
        opens=0,
        many=calls(event),
    )


def _signs(seq: int, event: Event, key_by_hash: KeyByHash) -> Iterator[Sign]:
    if event.kind == "leak.sighted":
        yield from _sighting(
            seq, event, str(event.data["hash"]), key_by_hash, str(event.data.get("place") or "")
        )
        return
    if event.kind == "store.gap":
        yield _gap(seq, event)
        return
    if event.kind == "limit.reached":
        yield _budget(seq, event)
        return
    if not event.data.get("findings"):
        return
    for told in msgspec.convert(event.data["findings"], tuple[Told, ...], strict=False):
        yield from _told(seq, event, told, key_by_hash)


def _told(seq: int, event: Event, told: Told, key_by_hash: KeyByHash) -> Iterator[Sign]:
    """The signs of one finding."""
    family = told.rule.partition(".")[0]
    if told.rule == "key.leaked":
        subject = Ref.parse(told.subject)
        if subject.kind == HASHED:
            place = f"{event.kind.partition('.')[0]}:{event.actor or '?'}"
            yield from _sighting(seq, event, subject.id, key_by_hash, place)
    elif told.rule == "yanmen.detector-failed":
        where = Ref.parse(told.subject)
        detector = where.id if where.kind == "detector" else visible(told.evidence)
        subject = Ref(kind="detector", id=detector or "?")
        sign = _sign(seq, event, f"{told.rule}/{subject}", subject, told.severity)
        yield sign._replace(part="failure", rule=told.rule, evidence=visible(told.evidence))
    elif event.kind == "abuse.found":
        subject = Ref.parse(told.subject)
        sign = _sign(seq, event, f"{told.rule}/{subject}", subject, told.severity)
        yield sign._replace(part="behaviour", rule=told.rule, evidence=visible(told.evidence))
    elif caller := _caller(event):
        name = "prompt.campaign" if family == "prompt" else f"{family}.repeated"
        yield _sign(seq, event, f"{name}/{caller}", caller, Severity.MEDIUM)._replace(
            part="attack", rule=told.rule, evidence=visible(told.evidence), opens=ATTACKS
        )


def _gap(seq: int, event: Event) -> Sign:
    """What the store says it lost: so many events, or perhaps some when a process was killed."""
    count, since = event.data.get("count"), int(event.data.get("since") or event.at)
    evidence = f"{event.data.get('cause', '?')} ×{count or '?'}, {iso(since)}"
    severity = Severity.HIGH if count else Severity.MEDIUM
    sign = _sign(seq, event, "store.gap", Ref(kind="store", id="log"), severity)
    return sign._replace(part="gap", evidence=visible(evidence))


def _budget(seq: int, event: Event) -> Sign:
    """A budget that is used to a part, or wholly."""
    data = event.data
    meter, percent = str(data["meter"]), int(data["percent"])
    unit = 10**9 if data.get("measure") == "money" else 1
    evidence = f"{percent} %: {int(data['used']) / unit:g} / {int(data['limit']) / unit:g}"
    kind, _, name = meter.rsplit("/", 3)[0].partition(":")
    severity = Severity.MEDIUM if percent >= WHOLE else Severity.LOW
    subject = Ref(kind=visible(kind), id=visible(name) or "?")
    sign = _sign(seq, event, f"budget.used/{visible(meter)}", subject, severity)
    return sign._replace(part="budget", evidence=visible(evidence))


def _sighting(seq: int, event: Event, hashed: str, key_by_hash: KeyByHash, place: str) -> Iterator[Sign]:
    key = key_by_hash(hashed)
    if key is None:
        return
    subject = Ref(kind="key", id=key.id)
    severity = Severity.CRITICAL if key.usable(event.at) else Severity.LOW
    yield _sign(seq, event, leak_cause(key.id), subject, severity)._replace(
        rule="key.leaked", place=clean(place) or "?", source=clean(str(event.data.get("source") or ""))
    )


def _caller(event: Event) -> Ref | None:
    """Whom an attack is laid to: the key, or else the address; nobody where the door let it pass, or only checked a text."""
    if not event.kind.startswith("call.") or event.data.get("verdict") not in _ACTED_ON:
        return None
    if event.actor is not None and event.actor.kind == "key":
        return event.actor
    ip = str(event.data.get("ip") or "")
    return Ref(kind="ip", id=visible(ip)) if ip else None


def _sign(seq: int, event: Event, cause: str, subject: Ref, severity: Severity) -> Sign:
    data: dict[str, Any] = event.data
    return Sign(
        seq=seq,
        at=event.at,
        event=event.id,
        cause=cause,
        subject=subject,
        part="sighting",
        severity=severity,
        member=event.subject if event.kind.startswith("call.") else Ref(kind="event", id=event.id),
        ip=visible(str(data.get("ip") or "")),
        model=visible(str(data.get("model") or "")),
        ending=_ENDINGS.get(event.kind, "seen"),
    )


def _unreadable(seq: int, event: Event, problem: str) -> Sign:
    subject = Ref(kind="kind", id=visible(event.kind))
    return _sign(seq, event, f"soc.unreadable-event/{subject}", subject, Severity.HIGH)._replace(
        part="failure", evidence=visible(problem)
    )
