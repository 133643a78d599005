"""How much one file may cost to read, with everything that lies inside it; and how a reader says that it could not judge."""

from __future__ import annotations

import copy
import lzma
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from yanmen.core.cached import cached_property
from yanmen.core.nouns import Noun, Ref, Unexamined, Where
from yanmen.supply.pickles.knowledge import Knowledge, knowledge
from yanmen.supply.pickles.work import Work
from yanmen.supply.targets import Artifact, Examined

CHUNK = 1 << 20
"""Bytes that a reader takes at a time. Nothing reads more than a few of these at once."""
HELD = 16 << 20
"""Bytes of a file that may be held at once: a header, a pickle's text, a configuration."""

FAULTS = (
    ArithmeticError, AttributeError, BufferError, EOFError, LookupError, MemoryError, OSError, RecursionError, TypeError,
    ValueError, struct.error, zlib.error, lzma.LZMAError, msgspec.MsgspecError,
)  # fmt: skip
"""What a file that is not as its format demands can raise in a reader."""


class Limits(Noun, frozen=True):
    """What a file may cost."""

    seconds: float = 60.0
    """Time for one file after hashing, with all that is inside it."""
    depth: int = 5
    """Containers within containers."""
    members: int = 20_000
    """Members of all containers together."""
    unpacked: int = 4 << 30
    """Bytes that may be unpacked, of all members together."""
    ratio: int = 1_000
    """How many times larger than its packed form a member may be, where it is larger than HELD."""


class Unjudged(Exception):  # noqa: N818 (it is no fault of the program, but an answer)
    """A reader could not judge: a stable word and what it saw. The dispatcher makes an Unexamined of it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """``reason``: too-large, timed-out, unsupported, unreadable, malformed, encrypted."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class _Meter:
    """What has been spent so far, by a file and by all that is inside it."""

    def __init__(self, limits: Limits) -> None:
        self.members = 0
        self.unpacked = 0
        self.until = time.monotonic() + limits.seconds


class Bounds:
    """One file's budget, which it shares with its members, and whose findings they all are."""

    def __init__(
        self,
        subject: Ref,
        examine: Callable[[Artifact, Bounds], Examined],
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        libraries: tuple[Path, ...] = (),
    ) -> None:
        """``subject``: what findings are about; ``examine``: how a member of a container is examined.

        ``libraries``: folders whose source says what a class does that is in no table.
        """
        self.subject = subject
        self.limits = limits
        self.left = limits.depth
        self._examine = examine
        self._meter = _Meter(limits)
        self._libraries = libraries
        self.work = Work()
        """Of all pickles of the file."""

    @cached_property
    def tables(self) -> Knowledge:
        """What is known of the names of pickles."""
        return knowledge(self._libraries)

    def tick(self) -> None:
        """Raise Unjudged where the time is over. To be called at least once for every CHUNK or thousand steps."""
        if time.monotonic() > self._meter.until:
            raise Unjudged("timed-out", f"after {self.limits.seconds:g} s")

    def unpack(self, size: int) -> None:
        """Count bytes that were unpacked; raise Unjudged where they are too many, or the time is over."""
        self._meter.unpacked += size
        if self._meter.unpacked > self.limits.unpacked:
            raise Unjudged("too-large", f"unpacks to more than {self.limits.unpacked} bytes")
        self.tick()

    def count(self, members: int = 1) -> None:
        """Count members of a container; raise Unjudged where they are too many."""
        self._meter.members += members
        if self._meter.members > self.limits.members:
            raise Unjudged("too-large", f"holds more than {self.limits.members} members")

    def inside(self, member: Artifact) -> Examined:
        """A member of a container, examined one level deeper on the same budget. Never raises."""
        if self.left <= 0:
            reason = Unexamined(
                subject=self.subject,
                reason="too-large",
                detail=f"containers within containers, more than {self.limits.depth} deep",
                where=Where(part=member.name),
            )
            return Examined(format="unknown", proof="unknown", unexamined=(reason,))
        deeper = copy.copy(self)
        deeper.left -= 1
        return self._examine(member, deeper)
