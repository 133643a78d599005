"""What an audit says."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.nouns import Noun

MOST = 50
"""Problems that are told one by one; the rest are counted."""


class Problem(Noun, frozen=True):
    """One thing that is not as it was signed, or that could not be judged."""

    code: str
    """A stable word; ``cli/messages/audit`` has a sentence for each."""
    seq: int = 0
    """First record it concerns, from 1; 0 where it concerns none in particular."""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the sentence needs."""


class Report(Noun, frozen=True):
    """The outcome of an audit."""

    records: int = 0
    """Records that were read."""
    pruned: int = 0
    """Of these, records of allowed traffic whose body was dropped to bound the disk, as the log itself says."""
    gaps: int = 0
    """Events that tell of lost allowed traffic."""
    checkpoints: int = 0
    """Signed checkpoints that were checked, one kept elsewhere included."""
    rotations: int = 0
    """Times that the log's key was rotated, each signed by the key before."""
    contents: int = 0
    """Kept texts that were opened and compared with their commitments."""
    size: int = 0
    """Size that the newest checkpoint signs for."""
    root: str = ""
    """Root of the tree over the records, in hex."""
    origin: str = ""
    public_key: str = ""
    outside: int = -1
    """Size of the checkpoint from elsewhere; -1 where none was given."""
    problems: tuple[Problem, ...] = ()
    """What was altered, the first first; at most MOST."""
    more: int = 0
    """Problems beyond those."""
    unjudged: tuple[Problem, ...] = ()
    """What could not be judged."""
    notes: tuple[Problem, ...] = ()
    """Worth knowing, and no alteration."""

    @property
    def exit_code(self) -> int:
        """0 as signed, 1 altered, 2 could not judge."""
        return 1 if self.problems else 2 if self.unjudged else 0

    @property
    def word(self) -> str:
        """``ok``, ``altered`` or ``unjudged``."""
        return ("ok", "altered", "unjudged")[self.exit_code]


class Findings:
    """Gathers problems while an audit goes on."""

    def __init__(self) -> None:
        """None so far."""
        self.problems: list[Problem] = []
        self.unjudged: list[Problem] = []
        self.notes: list[Problem] = []
        self.more = 0

    def altered(self, code: str, seq: int = 0, **values: Any) -> None:
        """Something is not as it was signed."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(code=code, seq=seq, values=values))
        else:
            self.more += 1

    def unknown(self, code: str, **values: Any) -> None:
        """Something could not be judged."""
        self.unjudged.append(Problem(code=code, values=values))

    def note(self, code: str, **values: Any) -> None:
        """Something a reader should know."""
        self.notes.append(Problem(code=code, values=values))
