"""``notify``: queue a notice to every configured address. It is sent apart; nothing waits for it and nothing loses it."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from yanmen.core.nouns import Incident, Noun, Phrase
from yanmen.core.plugins import Act
from yanmen.soc.context import Context
from yanmen.soc.identity import derived_id
from yanmen.soc.notices import queue


class Arguments(Noun, frozen=True):
    """What a playbook may say."""

    text: Phrase


class Notify(Act):
    """Queues a notice; taking it back queues a notice that says so, for what was said cannot be unsaid."""

    name: ClassVar[str] = "notify"
    Arguments: ClassVar[type[Noun]] = Arguments

    def __init__(self, context: Context) -> None:
        """Act with this context."""
        self._context = context

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Queue the notice; its id follows from the action's, so it is queued once."""
        asked = msgspec.convert(args, Arguments)
        notice = derived_id("ntc", incident.opened, self._context.key)
        queue(self._context.store, notice, "incident.response", incident, asked.text, self._context.actor)
        return {
            "notice": notice,
            "incident": incident.id,
            "said": {"en": f"A notice is queued [{notice}]", "zh": f"通知已排队 [{notice}]"},
        }

    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Queue the notice of undo."""
        incident = self._context.store.incidents.get(str(result["incident"]))
        if incident is None:
            return {}
        notice = derived_id("ntc", incident.opened, self._context.key, "undo")
        who = str(self._context.actor)
        said = Phrase(
            en=f"The response to “{incident.title.en}” is being taken back by {who}.",
            zh=f"{who} 正在撤销对“{incident.title.zh}”的处置。",
        )
        queue(self._context.store, notice, "incident.undone", incident, said, self._context.actor)
        return {
            "notice": notice,
            "said": {"en": f"A notice of undo is queued [{notice}]", "zh": f"撤销通知已排队 [{notice}]"},
        }
