"""``rotate``: give a key's owner another, which waits to be taken; the old one works a little longer."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Noun, Phrase
from yanmen.core.plugins import Act
from yanmen.soc import handover, wording
from yanmen.soc.bans import seconds, subject_of
from yanmen.soc.context import Context
from yanmen.soc.identity import derived_id


class Arguments(Noun, frozen=True):
    """What a playbook may say."""

    subject: str
    """``key:…``."""
    overlap: str = "1h"
    """How long the old key still works, e.g. ``15m``; long enough for the owner to take the new one, short for a thief."""


class Rotate(Act):
    """Makes one successor; its id follows from the action's, so it is made once. A ban of the old key is no hindrance."""

    name: ClassVar[str] = "rotate"
    Arguments: ClassVar[type[Noun]] = Arguments

    def __init__(self, context: Context) -> None:
        """Act with this context."""
        self._context = context

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Rotate; the answer names both keys, never a text."""
        asked = msgspec.convert(args, Arguments)
        context = self._context
        subject = subject_of(context.store, asked.subject)
        old = context.store.keys.get(subject.id) if subject.kind == "key" else None
        if old is None:
            raise YanmenError(
                Phrase(en=f"{subject} is no key", zh=f"{subject} 不是密钥"),
                hint=Phrase(en="Only keys can be rotated.", zh="只有密钥才能轮换。"),
            )
        lasts = seconds(asked.overlap)
        made = handover.rotated(
            context.store,
            old,
            name=derived_id("key", incident.opened, context.key),
            overlap=lasts,
            actor=context.actor,
            cause=incident.cause,
        )
        told = wording.length(lasts)
        return {
            "key": made.id,
            "replaces": old.id,
            "said": {
                "en": f"{made.id} takes the place of {old.id}, which works {told.en} more. Its text waits: "
                f"yanmen keys collect {made.id}",
                "zh": f"{made.id} 接替 {old.id}，旧密钥还可使用 {told.zh}。新密钥待领取：yanmen keys collect {made.id}",
            },
        }

    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """End the new key; the old one lasts as long as it did before."""
        made, old = str(result["key"]), str(result["replaces"])
        handover.undone(self._context.store, made, actor=self._context.actor)
        return {
            "key": made,
            "said": {
                "en": f"{made} has ended; {old} lasts as before",
                "zh": f"{made} 已停用；{old} 的有效期恢复原状",
            },
        }
