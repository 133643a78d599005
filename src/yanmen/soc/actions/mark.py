"""``mark``: write where an incident stands, e.g. that it is contained."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from yanmen.core.nouns import Incident, Noun, Phrase
from yanmen.core.plugins import Act
from yanmen.soc.context import Context
from yanmen.soc.desk import change

_REOPENED = Phrase(en="Open again: the response was taken back", zh="事件重新打开：处置已撤销")
_CLOSED = Phrase(en="It stays closed: a person closed it", zh="事件保持关闭：由人员关闭")


class Arguments(Noun, frozen=True):
    """What a playbook may say."""

    status: Literal["open", "contained", "closed"]
    note: Phrase


class Mark(Act):
    """Sets the status of the incident; the note becomes a line of its timeline."""

    name: ClassVar[str] = "mark"
    Arguments: ClassVar[type[Noun]] = Arguments

    def __init__(self, context: Context) -> None:
        """Act with this context."""
        self._context = context

    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Set the status, unless a person has closed the incident meanwhile."""
        asked = msgspec.convert(args, Arguments)
        after = self._set(incident.id, asked.status)
        said = asked.note if after.status == asked.status else _CLOSED
        return {"incident": incident.id, "after": after.status, "said": msgspec.to_builtins(said)}

    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Open the incident again: what was done about it no longer stands. One that a person closed stays closed."""
        after = self._set(str(result["incident"]), "open")
        said = _REOPENED if after.status == "open" else _CLOSED
        return {"incident": after.id, "after": after.status, "said": msgspec.to_builtins(said)}

    def _set(self, incident: str, status: Literal["open", "contained", "closed"]) -> Incident:
        def edit(found: Incident, _: str) -> Incident:
            return found if found.status == "closed" else msgspec.structs.replace(found, status=status)

        return change(self._context.store, incident, edit, self._context.actor)
