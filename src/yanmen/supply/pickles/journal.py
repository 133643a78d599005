"""What is seen while a pickle is read: findings, what could not be judged, and the steps of the proof."""

from __future__ import annotations

from typing import NamedTuple

from yanmen.core.nouns import Rule, Severity
from yanmen.core.redaction import visible
from yanmen.supply.pickles.work import SAY, Work
from yanmen.supply.targets import Proof

KEPT = 100
"""Findings, and reasons for not judging, that are kept of one file."""


class Seen(NamedTuple):
    """A claim about a stream."""

    rule: Rule
    evidence: str
    at: int
    """Offset in the stream, in bytes."""
    confidence: float = 1.0


class Journal:
    """Of one file, over all its streams."""

    def __init__(self, work: Work | None = None) -> None:
        """``work``: what is left for all the pickles of the file; none: as much as for one."""
        self.work = work or Work()
        self.findings: dict[tuple[str, str], Seen] = {}
        self.misses: dict[tuple[str, str], int] = {}
        """Reason and detail, and where."""
        self.steps: dict[str, tuple[int, str]] = {}
        """What is called, how often, and why that is harmless."""
        self.names: dict[str, None] = {}
        """Every name that a stream imports, in order."""

    def find(self, rule: Rule, about: str, evidence: str, at: int, *, confidence: float = 1.0) -> None:
        """A claim; a later one about the same thing under the same rule, which saw more, takes its place."""
        self.work.left -= SAY
        key = (rule.id, about)
        room = KEPT if rule.severity < Severity.HIGH else 2 * KEPT
        held = self.findings.get(key)
        if held is not None:
            if held.evidence.startswith("names "):
                self.findings[key] = Seen(rule, visible(evidence), at, confidence)
            return
        if len(self.findings) < room:
            self.findings[key] = Seen(rule, visible(evidence), at, confidence)
        if rule.severity < Severity.HIGH and len(self.misses) < KEPT:
            self.miss("not-checked", f"{about}: {rule.title.en[0].lower()}{rule.title.en[1:]}", at)

    def has(self, rule: Rule, about: str) -> bool:
        """Whether it was claimed already, with more than a name."""
        held = self.findings.get((rule.id, about))
        return held is not None and not held.evidence.startswith("names ")

    def miss(self, reason: str, detail: str, at: int) -> None:
        """What could not be judged."""
        self.work.left -= SAY
        if len(self.misses) < KEPT:
            self.misses.setdefault((reason, visible(detail)), at)

    def step(self, path: str, why: str) -> None:
        """A call, or a state taken up, that is harmless."""
        times, _ = self.steps.get(path, (0, ""))
        if times or len(self.steps) < KEPT:
            self.steps[path] = (times + 1, why)

    @property
    def proof(self) -> Proof:
        """Unsafe with any finding from high upwards; unknown where anything could not be judged."""
        if any(seen.rule.severity >= Severity.HIGH for seen in self.findings.values()):
            return "unsafe"
        return "unknown" if self.misses or self.findings else "proven_safe"
