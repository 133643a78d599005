"""Explains a decision to a person: what, by which rule, on which findings, what to do, and whether it still stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from yanmen.core.clock import iso
from yanmen.core.language import LANGUAGES, Messages
from yanmen.core.nouns import (
    FOREVER,
    Decision,
    Event,
    Noun,
    Phrase,
    Reason,
    Ref,
    Rule,
    Severity,
    Unexamined,
    Verdict,
    Where,
)
from yanmen.policy.fields import REFUSED_FIELD
from yanmen.policy.standing import UNEXAMINED, waives
from yanmen.policy.waivers import callers

_MESSAGES = Messages(Path(__file__).parent / "messages")
OPERATOR = "operator"
"""Stands where a rule id does, for a person's word."""

State = Literal["once", "shadow", "stands", "ended", "lifted"]
"""Answered one call; only said; stands now; has run out; was taken back."""


class Ground(Noun, frozen=True):
    """One ground of a decision, in words."""

    rule: str
    by: str
    """The policy rule that took it up, ``waived:dec_…`` when an exception removed it, or a person."""
    evidence: str
    title: Phrase
    fix: Phrase
    severity: str = ""
    where: Where = Where()
    fingerprint: str = ""


class Explanation(Noun, frozen=True):
    """Everything there is to say of a decision."""

    decision: str
    at: int
    verdict: str
    shadow: bool
    subject: str
    callers: tuple[str, ...]
    policy: str
    """Revision of the policy that answered; ``operator`` for a person's word."""
    policy_now: str
    """Revision in force now; empty where it is not known."""
    state: State
    until: int = 0
    """When it ends or ended, in microseconds; 0 for one call or without end."""
    lifted_at: int = 0
    lifted_by: str = ""
    lifted_reason: str = ""
    grounds: tuple[Ground, ...] = ()
    waives: tuple[tuple[str, str], ...] = ()
    """What an exception removes: rule pattern and fingerprint."""
    redactions: int = 0
    call: dict[str, Any] = msgspec.field(default_factory=dict)
    """Of a plain allow: the call it belongs to."""

    def text(self, language: str = "") -> str:
        """The explanation as lines of text, in ``zh`` or ``en`` (by default the reader's)."""
        return "\n".join(_lines(self, language))


def explain(
    decision: Decision, rules: Mapping[str, Rule], at: int, lifted: Event | None = None, policy_now: str = ""
) -> Explanation:
    """Explain a decision as things stand at a time.

    ``rules`` is the catalogue; ``lifted`` the event that took the decision back, if any.
    """
    stands: State = "once"
    if lifted is not None:
        stands = "lifted"
    elif decision.shadow:
        stands = "shadow"
    elif decision.lasts > 0:
        stands = "stands" if decision.until > at else "ended"
    redact = decision.terms.get("redact")
    return Explanation(
        decision=decision.id,
        at=decision.at,
        verdict=decision.verdict.word,
        shadow=decision.shadow,
        subject=str(decision.subject),
        callers=tuple(str(caller) for caller in callers(decision)[1:]),
        policy=decision.policy,
        policy_now=policy_now,
        state=stands,
        until=decision.until if 0 < decision.lasts < FOREVER else 0,
        lifted_at=lifted.at if lifted else 0,
        lifted_by=str(lifted.actor) if lifted and lifted.actor else "",
        lifted_reason=str(lifted.data.get("reason", "")) if lifted else "",
        grounds=tuple(_ground(reason, rules) for reason in decision.because),
        waives=waives(decision),
        redactions=len(redact) if isinstance(redact, list) else 0,
    )


def explain_call(event: Event, rules: Mapping[str, Rule], policy_now: str = "") -> Explanation:
    """Explain what has no decision of its own in the record, above all a plain allow, from its call's event."""
    data = event.data
    grounds = [_recorded(one, rules) for one in _objects(data.get("findings"))]
    grounds += [_ground(_unread(one), rules) for one in _objects(data.get("unexamined"))]
    named = [
        Ref(kind=kind, id=str(data[kind])) for kind in ("key", "tenant", "ip", "model") if data.get(kind)
    ]
    kept = (
        "surface",
        "path",
        "method",
        "status",
        "error",
        "stream",
        "texts",
        "findings_total",
        "digest_in",
        "ms",
    )
    return Explanation(
        decision=str(data.get("decision_id") or (event.subject.id if event.subject else event.id)),
        at=event.at,
        verdict=str(data.get("verdict", Verdict.ALLOW.word)),
        shadow=False,
        subject=str(event.subject) if event.subject else "",
        callers=tuple(str(ref) for ref in named),
        policy=str(data.get("policy", "")),
        policy_now=policy_now,
        state="once",
        grounds=tuple(grounds),
        call={"event": event.id, "kind": event.kind, **{name: data[name] for name in kept if name in data}},
    )


def _unread(one: Mapping[str, Any]) -> Reason:
    """What could not be judged, as events carry it, as a ground."""
    unread = msgspec.convert(one, Unexamined)
    note = f"{unread.reason}: {unread.detail}" if unread.detail else unread.reason
    return Reason(rule=UNEXAMINED, note=note, fingerprint=unread.reason, where=unread.where)


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def belongs(event: Event, decision_id: str) -> bool:
    """Whether a call's event answers for a decision id."""
    return event.data.get("decision_id") == decision_id


def _ground(reason: Reason, rules: Mapping[str, Rule]) -> Ground:
    rule = REFUSED_FIELD if reason.rule == REFUSED_FIELD.id else rules.get(reason.rule)
    return Ground(
        rule=reason.rule,
        by=reason.by,
        evidence=reason.note,
        title=rule.title if rule else _own(f"title.{reason.rule}", "title.unknown"),
        fix=rule.fix if rule else _own(_fix_key(reason), "fix.unknown"),
        severity=rule.severity.word if rule else "",
        where=reason.where,
        fingerprint=reason.fingerprint,
    )


def _recorded(one: Mapping[str, Any], rules: Mapping[str, Rule]) -> Ground:
    """A finding as events carry it (``core.nouns.finding_data``)."""
    where = Where(part=str(one.get("part", "")), start=int(one.get("start", 0)), end=int(one.get("end", 0)))
    reason = Reason(
        rule=str(one.get("rule", "")),
        note=str(one.get("evidence", "")),
        fingerprint=str(one.get("fingerprint", "")),
        where=where,
    )
    return _ground(reason, rules)


def _fix_key(reason: Reason) -> str:
    return f"fix.{reason.rule}.{reason.fingerprint}" if reason.rule == UNEXAMINED else f"fix.{reason.rule}"


def _own(key: str, otherwise: str) -> Phrase:
    """A sentence of this room's own, for what no catalogue rule speaks of."""
    known = _MESSAGES.keys()
    if key not in known and key.startswith(f"fix.{UNEXAMINED}."):
        key = f"fix.{UNEXAMINED}"
    chosen = key if key in known else otherwise
    return Phrase(**{tongue: _MESSAGES.say(chosen, tongue) for tongue in LANGUAGES})


def _lines(it: Explanation, language: str) -> Sequence[str]:
    def say(key: str, **values: object) -> str:
        return _MESSAGES.say(key, language, **values)

    headline = say(f"shadow.{it.verdict}" if it.shadow else f"verdict.{it.verdict}")
    if (ended := f"ended.{it.call.get('kind')}") in _MESSAGES.keys():  # noqa: SIM118  # a method
        headline = say(ended)
    lines = [f"{it.decision}  {headline}", say("at", at=iso(it.at)), say("subject", subject=it.subject)]
    if it.callers:
        lines.append(say("callers", callers=", ".join(it.callers)))
    if it.call:
        lines.append(say("call", call=", ".join(f"{name}={value}" for name, value in it.call.items())))
    lines += [_policy_line(it, language), _state_line(it, language)]
    lines += [say("waives", rule=rule, fingerprint=mark or "*") for rule, mark in it.waives]
    if it.redactions:
        lines.append(say("redactions", count=it.redactions))
    nothing = "no_grounds" if it.call.get("kind") in {None, "call.allowed"} else "no_grounds_here"
    lines.append(say("grounds" if it.grounds else nothing))
    for number, ground in enumerate(it.grounds, 1):
        lines += _ground_lines(number, ground, language)
    return lines


def _policy_line(it: Explanation, language: str) -> str:
    if it.policy in {"operator", ""}:
        return _MESSAGES.say("policy.operator" if it.policy else "policy.unknown", language)
    key = "policy.then"
    if it.policy_now:
        key = "policy.same" if it.policy_now == it.policy else "policy.other"
    return _MESSAGES.say(key, language, policy=it.policy, now=it.policy_now)


def _state_line(it: Explanation, language: str) -> str:
    key = f"state.{it.state}"
    if it.state == "stands" and not it.until:
        key = "state.forever"
    values = {
        "until": iso(it.until),
        "at": iso(it.lifted_at),
        "by": it.lifted_by or "?",
        "reason": it.lifted_reason or "-",
    }
    return _MESSAGES.say(key, language, **values)


def _ground_lines(number: int, ground: Ground, language: str) -> list[str]:
    severity = f" [{Severity[ground.severity.upper()].say(_tongue(language))}]" if ground.severity else ""
    lines = [f"  {number}. {ground.rule} - {ground.title.say(_tongue(language))}{severity}"]
    if ground.by:
        word, colon, waiver = ground.by.partition(":")
        key = "waived" if colon else "held" if word == "shadow" else "by"
        lines.append("     " + _MESSAGES.say(key, language, by=waiver or word))
    if ground.where.part or ground.where.end:
        where = ground.where
        lines.append(
            "     " + _MESSAGES.say("where", language, part=where.part, start=where.start, end=where.end)
        )
    if ground.evidence:
        key = "reason" if ground.rule == OPERATOR else "evidence"
        lines.append("     " + _MESSAGES.say(key, language, evidence=ground.evidence))
    lines.append("     " + _MESSAGES.say("fix", language, fix=ground.fix.say(_tongue(language))))
    return lines


def _tongue(language: str) -> str:
    return language or _MESSAGES.say("language")
