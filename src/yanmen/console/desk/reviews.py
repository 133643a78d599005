"""The review queue: texts that a person should look at; reports into it, and labels by analysts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import Asked, Id, Limit, Shape
from yanmen.core.nouns import Phrase, Text
from yanmen.core.redaction import visible
from yanmen.soc import reviews as soc
from yanmen.store import Review

Label = Literal["attack", "benign", "skip"]
State = Literal["open", "attack", "benign", "skip"]
Source = Literal["reported", "uncertain", "drifted"]
Word = Annotated[str, Meta(max_length=40)]


class AskedReviews(Asked, frozen=True):
    """Which of the queue to list."""

    state: State | None = None
    source: Source | None = None
    quarantined: bool = False
    """Only those whose label waits for a second person."""
    before: Id = ""
    limit: Limit = 50


class VoiceShape(Shape, frozen=True):
    """What one person says a text is."""

    actor: str
    at: int
    label: str
    kind: str = msgspec.field(name="class")


class ReviewShape(Shape, frozen=True):
    """A text in the queue."""

    id: str
    at: int
    source: Source
    state: State
    score: float
    """What the guard made of it when it came, 0 to 1."""
    channel: str
    origin: str
    """Whom a cap counts it under: a key, an address, a reporter."""
    tenant: str
    event: str
    """The event it comes from."""
    text: str | None
    """Nothing: it was not kept, or is kept no longer."""
    evidence: str
    """Masked."""
    label: str
    """What the reporter says it is."""
    kind: str = msgspec.field(name="class")
    note: str
    quarantine: str
    voices: list[VoiceShape]


class Reviews(Shape, frozen=True):
    """The queue, the newest first."""

    reviews: list[ReviewShape]
    open: int
    """How many wait in all."""
    before: str
    """Ask with this for the next ones; nothing: there are none."""


class AskedReport(Asked, frozen=True):
    """A text that was misjudged, and what it is."""

    text: Annotated[str, Meta(min_length=1, max_length=soc.LARGEST)]
    label: Literal["attack", "benign"]
    kind: Word = msgspec.field(default="", name="class")
    channel: Literal["user", "data"] = "user"
    note: Annotated[str, Meta(max_length=400)] = ""
    event: Id = ""
    """The call it comes from; its tenant then says whether the text may be kept."""


class AskedLabel(Asked, frozen=True):
    """What a text is."""

    label: Label
    kind: Word = msgspec.field(default="", name="class")


def reviews(house: House, caller: Caller, asked: AskedReviews) -> Reviews:
    """Texts that a person should look at, the newest first."""
    del caller
    found = house.store.reviews.list(
        asked.state,
        asked.source,
        quarantined=asked.quarantined,
        limit=asked.limit + 1,
        before=asked.before or None,
    )
    shown = found[: asked.limit]
    more = shown[-1].id if len(found) > asked.limit else ""
    return Reviews(
        reviews=[_shape(house, one) for one in shown], open=house.store.reviews.count(), before=more
    )


def review(house: House, caller: Caller, name: str) -> ReviewShape:
    """One text of the queue, with what was said of it."""
    del caller
    return _shape(house, _get(house, name))


def report_text(house: House, caller: Caller, asked: AskedReport) -> ReviewShape:
    """Put a misjudged text into the queue; durable before it is answered. An analyst labels it before it is learnt from.

    The text is kept, sealed, where its tenant keeps content; else only its sketch is.
    """
    origin = _origin(house, asked.event)
    if caller.ref.kind == "key":
        origin = {"key": caller.ref.id, "tenant": caller.tenant, "ip": caller.address}
    made = soc.report(
        house.store,
        asked.text,
        actor=caller.ref,
        label=asked.label,
        kind=asked.kind,
        channel=asked.channel,
        score=_score(house, asked),
        note=asked.note,
        keep_days=keeping(house, origin.get("tenant", "")),
        **origin,
    )
    return _shape(house, made)


def label_review(house: House, caller: Caller, name: str, asked: AskedLabel) -> ReviewShape:
    """Say what a text is; durable before it is answered."""
    _get(house, name)
    return _shape(house, soc.label(house.store, name, asked.label, actor=caller.ref, kind=asked.kind))


def keeping(house: House, tenant: str) -> int:
    """For how many days a reported text is kept: the house's own for a year, a tenant's as the tenant chose."""
    if not tenant:
        return soc.KEEP_DAYS
    chosen = house.config.tenants.get(tenant)
    return int(chosen.keep_days) if chosen is not None and chosen.keep_content else 0


def _origin(house: House, event: str) -> dict[str, Any]:
    """Whose call an event tells of."""
    if not event:
        return {}
    found = house.store.events.get(event)
    if found is None:
        raise AbsentError(Phrase(en=f"there is no event {visible(event)}", zh=f"没有记录 {visible(event)}"))
    data = found.event.data
    key = found.event.actor.id if found.event.actor is not None and found.event.actor.kind == "key" else ""
    return {"key": key, "tenant": str(data.get("tenant") or ""), "ip": str(data.get("ip") or "")}


def _score(house: House, asked: AskedReport) -> float:
    """What the guard makes of a text now."""
    trust: Literal["user", "untrusted"] = "user" if asked.channel == "user" else "untrusted"
    seen = house.guard.examine([Text(text=asked.text, role="user", trust=trust)])
    return max((one.confidence for one in seen.findings if one.rule.id.startswith("prompt.")), default=0.0)


def _get(house: House, name: str) -> Review:
    found = house.store.reviews.get(name)
    if found is None:
        raise AbsentError(
            Phrase(en=f"there is no review {visible(name)}", zh=f"没有复核条目 {visible(name)}")
        )
    return found


def _shape(house: House, one: Review) -> ReviewShape:
    return ReviewShape(
        id=one.id,
        at=one.at,
        source=one.source,
        state=one.state,
        score=one.score,
        channel=one.channel,
        origin=one.origin,
        tenant=one.tenant,
        event=one.event,
        text=soc.text_of(house.store, one),
        evidence=one.evidence,
        label=one.label,
        kind=one.kind,
        note=one.note,
        quarantine=one.quarantine,
        voices=[
            VoiceShape(actor=voice.actor, at=voice.at, label=voice.label, kind=voice.kind)
            for voice in one.voices
        ],
    )
