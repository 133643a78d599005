"""``ban``: refuse a subject at every door for a time."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from yanmen.core.nouns import Incident, Noun
from yanmen.core.plugins import Act
from yanmen.soc import wording
from yanmen.soc.bans import ban, lift, seconds, subject_of
from yanmen.soc.context import Context
from yanmen.soc.identity import derived_id


class Arguments(Noun, frozen=True):
    """What a playbook may say."""

    subject: str
    """``key:…``, ``ip:…``, ``user:…`` or ``tenant:…``."""
    lasts: str = msgspec.field(name="for", default="30d")
    reason: str = ""
    challenge: bool = False
    """Let it in where it proves some work."""


class Ban(Act):
    """Makes one decision that blocks; its id follows from the action's, so it is made once."""

    name: ClassVar[str] = "ban"
    Arguments: ClassVar[type[Noun]] = Arguments

    def __init__(self, context: Context) -> None:
        """Act with this context."""
        self._context = context

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Ban; the answer names the decision. A leaked key is banned whatever it may do."""
        asked = msgspec.convert(args, Arguments)
        context = self._context
        subject = subject_of(context.store, asked.subject)
        decision = ban(
            context.store,
            subject,
            reason=asked.reason,
            lasts=seconds(asked.lasts),
            actor=context.actor,
            by=context.actor.id if context.actor.kind == "playbook" else "",
            name=derived_id("dec", incident.opened, context.key),
            terms={"incident": incident.id, "action": context.key},
            force=True,
            challenge=asked.challenge,
        )
        lasts = wording.length(decision.lasts)
        return {
            "decision": decision.id,
            "subject": str(subject),
            "until": decision.until,
            "said": {
                "en": f"{subject} is refused at every door {lasts.en} [{decision.id}]",
                "zh": f"各入口开始拒绝 {subject}，期限：{lasts.zh} [{decision.id}]",
            },
        }

    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Lift the ban."""
        decision = str(result["decision"])
        lift(self._context.store, decision, reason="undo", actor=self._context.actor)
        subject = result["subject"]
        return {
            "decision": decision,
            "said": {
                "en": f"The ban of {subject} is lifted [{decision}]",
                "zh": f"已解除对 {subject} 的封禁 [{decision}]",
            },
        }
