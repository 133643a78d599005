"""What people do with the review queue: report a text, say what it is, read it where it was kept."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.guard.classes import LEARNED
from yanmen.guard.sketch import sketch
from yanmen.llm.wire import chat
from yanmen.llm.wire.strict import Malformed
from yanmen.store import Review, Store

Label = Literal["attack", "benign", "skip"]
CLASSES = tuple(LEARNED)
"""What an attack may be called; the words of ``guard check``."""
WAITING = 200
"""Reports of one key, address or person that may wait at once: whoever floods the queue fills only their own share of it."""
LARGEST = 100_000
"""Characters of a reported text."""
KEEP_DAYS = 365
"""How long a reported text is kept where nothing else is said."""
OWN_TENANT = "reviews"
"""Under whose key the vault seals texts that the house's own people report: they are nobody's traffic."""
WAIT_SECONDS = 30.0
_DEPTH, _VALUES = 64, 200_000


def report(
    store: Store,
    text: str,
    *,
    actor: Ref,
    label: Label,
    kind: str = "",
    channel: Literal["user", "data"] = "user",
    score: float = 0.0,
    key: str = "",
    tenant: str = "",
    ip: str = "",
    note: str = "",
    keep_days: int = KEEP_DAYS,
) -> Review:
    """Put a text into the queue that was misjudged; durable on return. A report is one voice: analysts label it.

    ``keep_days`` 0: only its sketch is kept, so it can be counted and compared but not learnt from. YanmenError where the
    text is empty or too long, the class is none, or too many of this origin wait.
    """
    if not text.strip() or len(text) > LARGEST:
        raise YanmenError(
            Phrase(
                en=f"a report has 1 to {LARGEST:,} characters", zh=f"上报的文本须为 1 至 {LARGEST:,} 个字符"
            ),
            hint=Phrase(en="Send the part that matters.", zh="请只提交关键部分。"),
        )
    kind = _class(label, kind)
    event, at, tenant = new_id("evt"), now(), tenant or OWN_TENANT
    review = Review(
        id=new_id("rev"),
        at=at,
        source="reported",
        actor=str(actor),
        key=key,
        tenant=tenant,
        ip=ip,
        event=event,
        kept="text" if keep_days else "",
        channel=channel,
        score=score,
        sketch=sketch(text),
        label=label,
        kind=kind,
        note=visible(note),
    )
    if store.reviews.waiting(review.origin) >= WAITING:
        raise YanmenError(
            Phrase(
                en=f"{WAITING} reports from {review.origin} wait already",
                zh=f"来自 {review.origin} 的上报已有 {WAITING} 条在等待复核",
            ),
            hint=Phrase(en="Label or skip some of them first.", zh="请先标注或跳过其中一部分。"),
        )
    data: dict[str, Any] = {"review": msgspec.to_builtins(review), "tenant": tenant}
    if keep_days:
        raw = text.encode("utf-8", "surrogatepass")
        data["content"] = {"text": store.content.put(event, tenant, "text", raw, keep_days)}
    _write(
        store, Event(id=event, at=at, kind="review.queued", actor=actor, subject=_ref(review.id), data=data)
    )
    return review


def label(store: Store, review: str, said: Label, *, actor: Ref, kind: str = "") -> Review:
    """Say what a text is; durable on return. Saying it again replaces what the same person said before.

    YanmenError where there is no such review or class.
    """
    found = get(store, review)
    data = {"review": found.id, "label": said, "class": _class(said, kind or found.kind)}
    _write(
        store,
        Event(
            id=new_id("evt"), at=now(), kind="review.labelled", actor=actor, subject=_ref(found.id), data=data
        ),
    )
    return get(store, review)


def get(store: Store, review: str) -> Review:
    """The review with this id; YanmenError where there is none."""
    found = store.reviews.get(review)
    if found is None:
        raise YanmenError(
            Phrase(en=f"there is no review {visible(review)}", zh=f"没有复核条目 {visible(review)}"),
            hint=Phrase(en="See `yanmen guard review`.", zh="用 `yanmen guard review` 查看队列。"),
        )
    return found


def text_of(store: Store, review: Review) -> str | None:
    """The text under review; None where it was not kept, or is kept no longer."""
    if not review.kept:
        return None
    raw = store.content.get(review.event, review.kept)
    if raw is None:
        return None
    if review.kept != "request":
        return raw.decode("utf-8", "surrogatepass")
    try:
        request = chat.request(raw, depth=_DEPTH, values=_VALUES)
    except Malformed:
        return None
    return next((text.text for text in request.texts if text.part == review.part), None)


def _class(said: Label, kind: str) -> str:
    """The class as it is kept: of an attack one of CLASSES, of anything else nothing."""
    if said != "attack":
        return ""
    kind = kind or "other"
    if kind not in CLASSES:
        raise YanmenError(
            Phrase(en=f"{visible(kind)} is no class of attack", zh=f"{visible(kind)} 不是攻击类别"),
            hint=Phrase(en=f"There are: {', '.join(CLASSES)}.", zh=f"可选：{'、'.join(CLASSES)}。"),
        )
    return kind


def _ref(review: str) -> Ref:
    return Ref(kind="review", id=review)


def _write(store: Store, event: Event) -> None:
    store.append(event).result(WAIT_SECONDS)
