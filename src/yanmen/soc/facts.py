"""The counted facts of an incident: bounded, whatever happens, and the only thing its sentences are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from yanmen.core.nouns import Incident, Noun, Ref, Severity

NAMES = 20
"""Names counted apart in one tally; all further ones are counted together."""
OTHERS = "…"
"""The name under which further ones are counted."""

Part = Literal["behaviour", "budget", "sighting", "attack", "failure", "gap", "use"]
"""What a sign is to its incident. ``use``: a call made with a leaked key; ``behaviour``: what many calls of a caller show."""
Ending = Literal["answered", "refused", "stopped", "failed", "seen"]
"""How a call ended; ``seen``: no call."""


class Sign(NamedTuple):
    """One event's contribution to one cause."""

    seq: int
    at: int
    event: str
    cause: str
    subject: Ref
    part: Part
    severity: Severity
    rule: str = ""
    evidence: str = ""
    place: str = ""
    source: str = ""
    member: Ref | None = None
    ip: str = ""
    model: str = ""
    ending: Ending = "seen"
    opens: int = 1
    """How many signs within ten minutes open an incident; 0: such a sign never does."""
    many: int = 1
    """Calls that the event tells of."""


class Calls(Noun, frozen=True):
    """What a key or address did."""

    answered: int = 0
    refused: int = 0
    stopped: int = 0
    failed: int = 0
    first: int = 0
    """Microseconds; 0: never."""
    first_event: str = ""
    last: int = 0
    last_event: str = ""
    ips: dict[str, int] = msgspec.field(default_factory=dict)
    models: dict[str, int] = msgspec.field(default_factory=dict)
    cut: bool = False
    """True: there were more calls before the first than were looked at."""

    @property
    def total(self) -> int:
        """Every call, however it ended."""
        return self.answered + self.refused + self.stopped + self.failed

    def with_call(self, sign: Sign) -> Calls:
        """These counts with one call more."""
        if sign.ending == "seen":
            return self
        earliest = not self.first or sign.at < self.first
        latest = sign.at >= self.last
        return msgspec.structs.replace(
            self,
            **{sign.ending: getattr(self, sign.ending) + sign.many},
            first=sign.at if earliest else self.first,
            first_event=sign.event if earliest else self.first_event,
            last=sign.at if latest else self.last,
            last_event=sign.event if latest else self.last_event,
            ips=tallied(self.ips, sign.ip, sign.many),
            models=tallied(self.models, sign.model, sign.many),
        )


class Facts(Noun, frozen=True):
    """What is known of an incident, as numbers and names."""

    subject: str = ""
    """``key:key_…``: what a response would act on."""
    name: str = ""
    """The key's own name, as its owner gave it."""
    through: int = 0
    """Every event up to this place in the log is counted in here; none is counted twice."""
    seen: int = 0
    """Sightings, attacks or failures."""
    first: int = 0
    first_event: str = ""
    last: int = 0
    last_event: str = ""
    peak: int = 0
    """Most attacks within any ten minutes, counted up to 64."""
    rules: dict[str, int] = msgspec.field(default_factory=dict)
    places: dict[str, int] = msgspec.field(default_factory=dict)
    calls: Calls = Calls()
    waiting: tuple[str, ...] = ()
    """Playbooks that ask a person before they run."""

    def with_sign(self, sign: Sign) -> Facts:
        """These facts with one sign more."""
        calls = self.calls.with_call(sign) if sign.part in {"use", "attack"} else self.calls
        if sign.part == "use":
            return msgspec.structs.replace(self, calls=calls)
        return msgspec.structs.replace(
            self,
            seen=self.seen + 1,
            first=self.first or sign.at,
            first_event=self.first_event or sign.event,
            last=sign.at,
            last_event=sign.event,
            rules=tallied(self.rules, sign.rule),
            places=tallied(self.places, sign.place),
            calls=calls,
        )


def tallied(counts: Mapping[str, int], name: str, more: int = 1) -> dict[str, int]:
    """The counts with one more (or so many) for a name; past NAMES names, further ones are counted under OTHERS."""
    counted = dict(counts)
    if name:
        name = name if name in counted or len(counted) < NAMES else OTHERS
        counted[name] = counted.get(name, 0) + more
    return counted


def facts_data(facts: Facts) -> dict[str, Any]:
    """Facts as an incident carries them: JSON values, equal to what the store will answer."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(facts))
    return data


def facts_of(incident: Incident) -> Facts:
    """An incident's facts; none where it was opened by hand."""
    return msgspec.convert(incident.facts, Facts) if incident.facts else Facts()
