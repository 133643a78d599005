"""``mark``: write where an incident stands, e.g. that it is contained."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from yanmen.core.nouns import Incident, Noun, Phrase
from yanmen.core.plugins import Act
from yanmen.soc.context import Context
from yanmen.soc.desk import change, with_moment

_REOPENED = Phrase(en="Open again: the response was taken back", zh="事件重新打开：处置已撤销")


class Arguments(Noun, frozen=True):
    """What a playbook may say."""

    status: Literal["open", "contained", "closed"]
    note: Phrase


class Mark(Act):
    """Sets the status of the incident and adds a line to its timeline."""

    name: ClassVar[str] = "mark"
    Arguments: ClassVar[type[Noun]] = Arguments

    def __init__(self, context: Context) -> None:
        """Act with this context."""
        self._context = context

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Set the status, unless a person has closed the incident meanwhile."""
        asked = msgspec.convert(args, Arguments)
        before: list[str] = []

        def edit(found: Incident, event: str) -> Incident:
            before.append(found.status)
            if found.status in {asked.status, "closed"}:
                return found
            return with_moment(msgspec.structs.replace(found, status=asked.status), event, asked.note)

        after = change(self._context.store, incident.id, edit, self._context.actor)
        return {"incident": incident.id, "before": before[0], "after": after.status}

    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Open the incident again: what was done about it no longer stands. One that a person closed stays closed."""

        def edit(found: Incident, event: str) -> Incident:
            if found.status != "contained":
                return found
            return with_moment(msgspec.structs.replace(found, status="open"), event, _REOPENED)

        after = change(self._context.store, str(result["incident"]), edit, self._context.actor)
        return {"incident": result["incident"], "after": after.status}
