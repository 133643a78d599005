"""Watches callers in the order of the log; what is found becomes ``abuse.found``, from which incidents are made.

The calls' events are enough. Callers are keys, and the networks (/24, /64) that calls come from. What was counted is kept in a
profile: lost, it is learnt anew.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Literal

import msgspec

from yanmen.core.clock import DAY, SECOND
from yanmen.core.nouns import Event, Finding, Ref, finding_data
from yanmen.core.redaction import visible
from yanmen.soc.abuse.behaviour import Behaviour, begun, network_of
from yanmen.soc.abuse.detectors.callers import Callers as Look
from yanmen.soc.abuse.usual import Everybody
from yanmen.soc.identity import derived_id
from yanmen.store import Recorded, Store

MOST = 3_000
"""Callers that are watched; the one unseen longest goes first. At most 5 kB each as kept."""
AGAIN = 1 * DAY
"""What was told of a caller is not told again for so long."""
EXPECTED = 30 * DAY
"""For so long nothing is told of a caller that a person called expected."""
NAME = "callers"
SAVE = 600 * SECOND
WAIT_SECONDS = 30.0
KIND, LABELLED = "abuse.found", "abuse.labelled"
KINDS = (LABELLED,)
"""Events that are read beside those of calls."""
Label = Literal["abuse", "expected"]


class Kept(msgspec.Struct):
    """What is kept."""

    through: int = 0
    everybody: Everybody = msgspec.field(default_factory=Everybody)
    callers: dict[str, Behaviour] = msgspec.field(default_factory=dict)
    quiet: dict[str, int] = msgspec.field(default_factory=dict)
    """``rule/caller``: until when it is not told again."""


class Watched:
    """Takes events; ``write`` puts what they show into the record."""

    def __init__(self, store: Store) -> None:
        """Go on with what was kept."""
        self._store = store
        raw = store.profiles.get(NAME)
        try:
            kept = msgspec.msgpack.decode(raw, type=Kept) if raw else Kept()
        except msgspec.MsgspecError:
            kept = Kept()
        self._through = self._saved = kept.through
        self._everybody = kept.everybody
        self._callers = OrderedDict(kept.callers)
        self._quiet = dict(kept.quiet)
        self._look = Look()
        self._due: list[Event] = []
        self._save_at = 0

    def __len__(self) -> int:
        """How many callers are watched."""
        return len(self._callers)

    def take(self, recorded: Recorded) -> None:
        """Take one event; what was counted before is not counted twice."""
        event = recorded.event
        if recorded.seq <= self._through or not event.kind.startswith(("call.", LABELLED)):
            return
        self._through = recorded.seq
        if event.kind == LABELLED:
            self._label(event)
            return
        for caller in callers_of(event):
            found = self._counted(caller, event)
            for finding in self._look.detect(found):
                if isinstance(finding, Finding):
                    self._tell(finding, event)

    def write(self, at: int, *, now_too: bool = False) -> None:
        """Write what is due; keep the counts, at most every ten minutes."""
        due, self._due = self._due, []
        for event in due:
            if self._store.events.get(event.id) is None:
                self._store.append(event).result(WAIT_SECONDS)
        if self._through > self._saved and (now_too or at >= self._save_at):
            kept = Kept(self._through, self._everybody, dict(self._callers), self._quiet)
            self._store.profiles.set(NAME, msgspec.msgpack.encode(kept))
            self._saved, self._save_at = self._through, at + SAVE

    def _counted(self, caller: Ref, event: Event) -> Behaviour:
        """A caller, with one call more."""
        name = str(caller)
        found = self._callers.get(name)
        if found is None:
            found = self._callers[name] = begun(caller, event.at)
            while len(self._callers) > MOST:
                self._callers.popitem(last=False)
        self._callers.move_to_end(name)
        found.take(event, self._everybody)
        return found

    def _tell(self, finding: Finding, event: Event) -> None:
        name = f"{finding.rule.id}/{finding.subject}"
        if event.at < max(self._quiet.get(name, 0), self._quiet.get(f"/{finding.subject}", 0)):
            return
        self._quiet = {one: until for one, until in self._quiet.items() if event.at < until}
        self._quiet[name] = event.at + AGAIN
        data: dict[str, Any] = {"findings": [finding_data(finding)], "call": str(event.subject or "")}
        for place in ("ip", "model", "tenant", "origin", "client"):
            data[place] = event.data.get(place, "")
        made = derived_id("evt", event.at, event.id, name)
        self._due.append(Event(id=made, at=event.at, kind=KIND, subject=finding.subject, data=data))

    def _label(self, event: Event) -> None:
        """A person has said what a caller is."""
        if event.subject is None:
            return
        if event.data.get("label") == "expected":
            self._quiet[f"/{event.subject}"] = event.at + EXPECTED
        else:
            self._quiet.pop(f"/{event.subject}", None)


def callers_of(event: Event) -> tuple[Ref, ...]:
    """Whom a call counts for: its key, and its network."""
    found = [event.actor] if event.actor is not None and event.actor.kind == "key" else []
    network = network_of(visible(str(event.data.get("ip") or "")))
    return (*found, Ref(kind="ip", id=network)) if network else tuple(found)
