"""Signs of one cause come together. In memory, bounded, and rebuilt by reading the log again from a kept place."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Incident, Severity
from yanmen.soc.facts import Sign, facts_of
from yanmen.soc.identity import derived_id
from yanmen.soc.signs import KeyByHash, call_sign, leak_cause, signs
from yanmen.store import Recorded

WINDOW = 600 * SECOND
"""Ten minutes, in microseconds: how near in time attacks must be to count together."""
WINDOW_SIGNS = 64
"""Signs kept of one window, so a peak is counted up to here."""
WINDOWS = 1_024
"""Windows kept; the one untouched longest goes first. With WINDOW_SIGNS: about 40 MB at the very worst."""
PEAKS = ((30, Severity.CRITICAL), (10, Severity.HIGH), (0, Severity.MEDIUM))
"""Attacks within ten minutes, and how grave a campaign of so many is. Chosen: 10 is one a minute, 30 a machine."""
PENDING = 1_000
"""Signs of one incident that wait to be written; at so many they are written at once."""
LONGEST_WAIT = 60 * SECOND
"""Counts that merely grow are written after 1, 2, 4 … 60 seconds, so an attacker cannot fill the disk with snapshots."""
_FREE_WRITES = 3
_SETTLED = 16_384


class Batch(NamedTuple):
    """What is to be written of one incident."""

    cause: str
    incident: str
    signs: tuple[Sign, ...]
    peak: int
    opens: bool


class Live:
    """An open incident as the correlator sees it."""

    __slots__ = ("id", "opens", "peak", "places", "signs", "urgent", "wait_until", "writes")

    def __init__(self, incident: str, *, opens: bool = False) -> None:
        """Begin with nothing to write."""
        self.id = incident
        self.opens = opens
        self.urgent = opens
        self.signs: list[Sign] = []
        self.places: set[str] = set()
        self.peak = 0
        self.writes = 0
        self.wait_until = 0

    def ready(self, at: int) -> bool:
        """Whether what waits should be written now."""
        return bool(self.signs) and (self.urgent or at >= self.wait_until or len(self.signs) >= PENDING)

    def written(self, at: int) -> None:
        """Forget what was written; the next mere growth waits longer."""
        self.signs, self.urgent, self.opens = [], False, False
        self.writes += 1
        wait = (1 << min(self.writes - _FREE_WRITES, 6)) * SECOND if self.writes >= _FREE_WRITES else 0
        self.wait_until = at + min(wait, LONGEST_WAIT)


class Correlator:
    """Takes events in the order of the log and answers what is to be written of which incident."""

    def __init__(self, key_by_hash: KeyByHash) -> None:
        """Know nothing yet; ``learn`` tells of the incidents there are."""
        self._key_by_hash = key_by_hash
        self._live: dict[str, Live] = {}
        self._leaving: list[tuple[str, Live]] = []
        self._windows: OrderedDict[str, deque[Sign]] = OrderedDict()
        self._settled: OrderedDict[str, int] = OrderedDict()
        self._latest = 0

    def learn(self, incident: Incident, *, settled_only: bool = False) -> None:
        """Take note of an incident as it stands in the store or was just changed by anybody."""
        facts = facts_of(incident)
        self._settle(incident.cause, facts.through)
        if settled_only:
            return
        live = self._live.get(incident.cause)
        if incident.status == "closed":
            if live is not None and live.id == incident.id:
                self._leaving.append((incident.cause, self._live.pop(incident.cause)))
            return
        if live is None:
            live = self._live[incident.cause] = Live(incident.id)
        live.places.update(facts.places)
        live.peak = max(live.peak, facts.peak)

    def take(self, recorded: Recorded) -> None:
        """Take one event."""
        event = recorded.event
        self._latest = max(self._latest, event.at)
        for sign in signs(recorded, self._key_by_hash):
            self.add(sign)
        if event.kind.startswith("call.") and event.actor is not None and event.actor.kind == "key":
            cause = leak_cause(event.actor.id)
            live = self._live.get(cause)
            if live is not None and not live.opens and recorded.seq > self._settled.get(cause, 0):
                live.signs.append(call_sign(recorded, cause, event.actor))

    def ready(self, at: int) -> list[Batch]:
        """What should be written now, new incidents first."""
        self._leaving = [(cause, live) for cause, live in self._leaving if live.signs]
        batches = [_batch(cause, live) for cause, live in self._leaving]
        batches += [_batch(cause, live) for cause, live in self._live.items() if live.ready(at)]
        return sorted(batches, key=lambda batch: (not batch.opens, batch.signs[0].seq))

    def written(self, batch: Batch, through: int, at: int) -> None:
        """Note that a batch stands in the store, everything up to a place in the log counted."""
        self._settle(batch.cause, through)
        self._leaving = [(cause, live) for cause, live in self._leaving if live.id != batch.incident]
        live = self._live.get(batch.cause)
        if live is not None and live.id == batch.incident:
            live.written(at)

    def read_through(self, position: int) -> int:
        """The place up to which nothing waits, at most the position."""
        waiting = [live.signs[0].seq for live in self._live.values() if live.signs]
        return min([position, *(seq - 1 for seq in waiting)])

    def windows_from(self, position: int) -> int:
        """The place from which the log must be read again to know the windows as they are now, at most the position."""
        for cause in [name for name, window in self._windows.items() if self._is_over(window)]:
            del self._windows[cause]
        return min([position, *(window[0].seq - 1 for window in self._windows.values())])

    def add(self, sign: Sign) -> None:
        """Take one sign."""
        window = self._window(sign) if sign.opens > 1 else (sign,)
        settled = self._settled.get(sign.cause, 0)
        if sign.seq <= settled:
            return
        live = self._live.get(sign.cause)
        if live is None:
            fresh = [one for one in window if one.seq > settled]
            if not sign.opens or len(fresh) < sign.opens:
                return
            name = derived_id("inc", sign.at, sign.cause, sign.event)
            live = self._live[sign.cause] = Live(name, opens=True)
            live.signs.extend(fresh)
        else:
            live.signs.append(sign)
        peak = len(window)
        graver = grade(peak) > grade(live.peak) and sign.part == "attack"
        if graver or (sign.place and sign.place not in live.places and len(live.places) < WINDOW_SIGNS):
            live.urgent = True
        live.peak = max(live.peak, peak)
        live.places.add(sign.place)

    def _window(self, sign: Sign) -> deque[Sign]:
        """The signs of the cause within ten minutes, this one included. Only of causes that one sign does not open."""
        window = self._windows.setdefault(sign.cause, deque(maxlen=WINDOW_SIGNS))
        self._windows.move_to_end(sign.cause)
        window.append(sign)
        while window[0].at < sign.at - WINDOW:
            window.popleft()
        if len(self._windows) > WINDOWS:
            self._windows.popitem(last=False)
        return window

    def _is_over(self, window: deque[Sign]) -> bool:
        return window[-1].at < self._latest - WINDOW

    def _settle(self, cause: str, through: int) -> None:
        self._settled[cause] = max(through, self._settled.pop(cause, 0))
        if len(self._settled) > _SETTLED:
            self._settled.popitem(last=False)


def grade(peak: int) -> Severity:
    """How grave a campaign with so many attacks in ten minutes is."""
    return next(severity for least, severity in PEAKS if peak >= least)


def _batch(cause: str, live: Live) -> Batch:
    return Batch(cause=cause, incident=live.id, signs=tuple(live.signs), peak=live.peak, opens=live.opens)
