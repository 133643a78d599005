"""How one caller behaves, as counted from the record: what detectors look at. Bounded; no text, only sketches."""

from __future__ import annotations

import ipaddress
import math
import zlib
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from yanmen.core.clock import DAY, HOUR, SECOND
from yanmen.core.nouns import Event, Ref
from yanmen.guard.sketch import BINS, similarity
from yanmen.soc.abuse.features import FEATURES, WINDOW, Window, measured
from yanmen.soc.abuse.places import SETTLED, Places, Seen, seen
from yanmen.soc.abuse.usual import Everybody, Moved, Usual, surprise

SKETCHES = 32
"""Last prompts that a new one is compared with, 32 bytes each."""
IDENTICAL = 0.97
"""Similarity of prompts that differ in their numbers only."""
BUILT_ALIKE = 0.3
"""Similarity of two fillings of one template; unrelated texts in one language stay under it (``guard.sketch``)."""
FADES = 12 * HOUR
"""Half-life of the counts of a day."""
STAYS = 0.8
"""What a window leaves of the suspicion before it."""
LEAST = 2.5
"""Deviations from which on a feature has moved."""
KEYS = 64
"""Keys of one network that are told apart."""
GROWN = 24
"""Windows without which nobody has a past: six hours of calls."""


class Behaviour(msgspec.Struct):
    """One caller."""

    caller: str
    first: int
    at: int
    total: int = 0
    faded: int = 0
    """When the counts that fade did so."""
    today: int = 0
    windows: int = 0
    day: Window = msgspec.field(default_factory=lambda: Window(0))
    """Counts that fade."""
    now: Window = msgspec.field(default_factory=lambda: Window(0))
    usual: Usual = msgspec.field(default_factory=Usual)
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * 24)
    """Calls by the hour of the day, UTC; of about a fortnight."""
    most: float = 0.0
    """Most calls of one window, as a logarithm; fades slowly."""
    suspicion: float = 0.0
    """What the windows before this one left."""
    reached: float = 0.0
    """Suspicion with this window."""
    sudden: bool = False
    """Far more calls in this window than it ever made."""
    volume: str = ""
    """How many, as evidence."""
    places: Places = msgspec.field(default_factory=Places)
    seen: Seen = Seen()
    """The place of the last call."""
    keys: list[int] = msgspec.field(default_factory=list)
    """Of a network: marks of the keys used there; 0 for none."""
    sketches: bytes = b""
    bodies: list[int] = msgspec.field(default_factory=list)
    """Marks of the last requests' bodies: the same request again, as monitors send it, is no variation of a question."""
    moved: list[str] = msgspec.field(default_factory=list)
    """What moved most in this window: three features, as evidence."""

    def take(self, event: Event, everybody: Everybody) -> None:
        """Count one call."""
        at = max(event.at, self.at)
        gap = (at - self.at) / SECOND if self.total else -1.0
        if at >= self.now.began + WINDOW:
            self._close(at, everybody)
        self._fade(at)
        self.at = at
        self.total += 1
        network = network_of(str(event.data.get("ip") or ""))
        marked = zlib.crc32(network.encode()) if network else 0
        for window in (self.now, self.day):
            window.add(event.data, event.kind, gap, marked)
        told = event.data.get("guard")
        if isinstance(told, dict) and isinstance(told.get("sketch"), str):
            self._compare(told["sketch"], zlib.crc32(str(event.data.get("digest_in")).encode()))
        self.hours[at // HOUR % 24] += 1.0
        if self.caller.startswith("key:"):
            self.seen = seen(event.data, network)
            self.places.take(self.seen, at)
        else:
            self._mark(event.actor)
        if _is_due(self.now.calls):
            self._judge(everybody)

    @property
    def grown(self) -> bool:
        """Whether it has a past to be compared with."""
        return self.windows >= GROWN

    def is_own_manner(self) -> bool:
        """Whether it has asked in this manner for days: prompts as alike, answers as long, texts as few; however many."""
        if not self.grown or self.at - self.first < SETTLED:
            return False
        return all(
            value is not None
            and own.n >= GROWN
            and abs(value - own.mean) <= max(2.0 * own.deviation, 2 * one.least)
            for one, own, value in zip(FEATURES, self.usual.of, measured(self.day), strict=False)
            if one.name in _MANNER
        )

    def _judge(self, everybody: Everybody) -> None:
        """Compare the window so far with what is usual."""
        if not self.grown and not everybody.known:
            return
        moved = self.usual.moved(self._values(), everybody)
        if (
            not self.grown
        ):  # of a new caller only what all callers are not says something, and its hours say nothing
            moved = [one for one in moved if one.feature.family != "time"]
        added, which = surprise(moved, LEAST)
        if added and self.suspicion + added > self.reached:
            self.reached = self.suspicion + added
            self.moved = [one.told() for one in _three(which, moved)]
        calls = math.log2(1.0 + self.now.calls)
        volume = next(one for one in moved if one.feature.name == "calls")
        self.volume = volume.told()
        self.sudden = self.grown and calls >= max(5.0, self.most + 1.5) and volume.deviations >= 4.0  # noqa: PLR2004

    def _values(self) -> list[float | None]:
        whole = sum(self.hours)
        hour = self.now.began // HOUR % 24
        before = max(0.0, self.hours[hour] - self.now.calls)
        unusual = -math.log2((before + 0.5) / (max(0.0, whole - self.now.calls) + 12.0))
        return [*measured(self.now), unusual]

    def _close(self, at: int, everybody: Everybody) -> None:
        """The window is over: learn it, and begin another."""
        if self.now.calls:
            self._judge(everybody)
            self.usual.learn(self._values(), everybody)
            self.windows += 1
            self.most = max(self.most - 0.01, math.log2(1.0 + self.now.calls))
        passed = max(1, (at - self.now.began) // WINDOW)
        self.suspicion = self.reached = self.reached * STAYS ** min(passed, 96)
        self.now, self.sudden, self.moved = Window(at - at % WINDOW), False, []

    def _fade(self, at: int) -> None:
        """Let the counts of a day fade, a minute at a time."""
        if at < self.faded + 60 * SECOND:
            return
        share = 0.5 ** ((at - self.faded) / FADES) if self.faded else 1.0
        self.faded = at
        day = self.day
        for name in _FADING:
            setattr(day, name, getattr(day, name) * share)
        if at // DAY != self.today:
            self.today = at // DAY
            self.hours = [count * 0.9 for count in self.hours]
            day.networks = []

    def _compare(self, text: str, body: int) -> None:
        packed, again = _packed(text), body in self.bodies
        if not packed:
            return
        if self.sketches:
            most = float(similarity(_rows(packed)[0], _rows(self.sketches)).max())
            for window in (self.now, self.day):
                window.compared += 1
                window.same += most >= IDENTICAL and not again
                window.alike += BUILT_ALIKE <= most < IDENTICAL
        self.sketches = (self.sketches + packed)[-SKETCHES * BINS // 2 :]
        if not again:
            self.bodies = [*self.bodies[1 - SKETCHES :], body]

    def _mark(self, actor: Ref | None) -> None:
        mark = zlib.crc32(actor.id.encode()) if actor is not None and actor.kind == "key" else 0
        if mark not in self.keys and len(self.keys) < KEYS:
            self.keys.append(mark)


_FADING = tuple(name for name in Window.__struct_fields__ if name not in {"began", "networks"})


_MANNER = {"answered", "same", "alike", "texts"}


def begun(caller: Ref, at: int) -> Behaviour:
    """Of somebody who was never seen."""
    return Behaviour(caller=str(caller), first=at, at=at, now=Window(at - at % WINDOW))


@lru_cache(maxsize=65_536)
def network_of(ip: str) -> str:
    """The /24 or /64 of an address, as a ban names it; nothing where it is none."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False))  # noqa: PLR2004


def _is_due(calls: float) -> bool:
    """Whether the window is looked at before its end: at 32, 64, 128 … calls."""
    count = int(calls)
    return count >= 32 and count & (count - 1) == 0  # noqa: PLR2004  # powers of two


def _three(which: list[Moved], moved: list[Moved]) -> list[Moved]:
    """The three that are told: of different families first."""
    return [*which, *(one for one in moved if one not in which)][:3]


@lru_cache(maxsize=16_384)
def _packed(text: str) -> bytes:
    """A sketch in 32 bytes; nothing for what is none."""
    try:
        packed = bytes.fromhex(text)
    except ValueError:
        return b""
    return packed if len(packed) == BINS // 2 and any(packed) else b""


def _rows(packed: bytes) -> NDArray[np.uint8]:
    both = np.frombuffer(packed, np.uint8).reshape(-1, BINS // 2)
    return np.stack((both >> 4, both & 15), axis=-1).reshape(-1, BINS)
