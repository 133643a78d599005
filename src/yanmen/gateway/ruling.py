"""By what a streamed answer is judged: policy's word on single findings, and bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from yanmen.core.nouns import Finding, Unexamined, Verdict
from yanmen.guard.stream import ALL, Terms


class Garbage(ValueError):  # noqa: N818  # the word of the upstream's own errors
    """The upstream sent what is not an answer: broken events, duplicate keys, too much of something."""


class Ruler(NamedTuple):
    """What policy says, for one call."""

    finding: Callable[[Finding], Verdict]
    unexamined: Callable[[Unexamined], Verdict]
    terms: Terms = ALL

    def sealed(self) -> Ruler:
        """For a text that may pass whole or not at all: what would be cut out of it stops it, and nothing is put back into it."""
        judge = self.finding

        def finding(found: Finding) -> Verdict:
            verdict = judge(found)
            return Verdict.BLOCK if verdict is Verdict.REDACT else verdict

        return Ruler(finding, self.unexamined, self.terms._replace(values={}))


class Limits(NamedTuple):
    """Bounds of an answer."""

    event_bytes: int
    depth: int
    values: int
