"""Looks for keys in bytes of any kind: our own, proven by their checksum, and those of ``providers.yaml``.

One automaton of all shapes finds where something may stand; the shape itself, and its check, say what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import re2

from yanmen.core.cached import cached_property
from yanmen.core.nouns import Finding, Text
from yanmen.guard.detectors.secrets import LEAKED, PRIVATE_KEY, Secrets
from yanmen.guard.providers import PROVIDERS
from yanmen.guard.scan import Entry, compiled, search
from yanmen.guard.spans import Claim

MOST = 1_000
"""Keys of one blob."""
_ANCHORED = re2._Anchor.ANCHOR_START  # noqa: SLF001  # as in guard.scan


class Found(NamedTuple):
    """A key and where it stands."""

    finding: Finding
    line: int
    """From 1."""
    own: str
    """The whole text of a key of ours, to be hashed at once; empty for a provider's."""


class Keysearch:
    """Finds keys. Built once; 40 ms."""

    def __init__(self) -> None:
        """Take the shapes of providers, of our own keys, and of private keys."""
        wanted = {f"secret.{one.slug}" for one in PROVIDERS} | {LEAKED.id, PRIVATE_KEY.id}
        chosen = [one for one in Secrets().patterns() if one.rule.id in wanted]
        self._entries = tuple(Entry(index, pattern) for index, pattern in enumerate(chosen))

    @cached_property
    def _any(self) -> Any:
        """All shapes as one."""
        return compiled("|".join(f"(?:{entry.pattern.expression})" for entry in self._entries))

    def search(self, data: bytes, place: str) -> Iterator[Found]:
        """Every key in some bytes, at most MOST; a key that stands twice on a line is said twice."""
        start, line, counted, end, number = 0, 1, 0, len(data), 0
        while number < MOST:
            begin, _ = search(self._any, data, start, end)
            if begin < 0:
                return
            hit = self._claimed(data, begin, end, place)
            if hit is None:
                start = begin + 1
                continue
            finding, length, own = hit
            line += data.count(b"\n", counted, begin)
            counted = begin
            number += 1
            yield Found(finding, line, own)
            start = begin + length

    def _claimed(self, data: bytes, begin: int, end: int, place: str) -> tuple[Finding, int, str] | None:
        for entry in self._entries:
            span = entry.automaton.Match(_ANCHORED, data, begin, end)[0]
            if span[0] != begin:
                continue
            matched = data[span[0] : span[1]].decode("utf-8", "replace")
            claim = entry.pattern.check(matched)
            if not isinstance(claim, Claim):
                continue
            text = Text(text="", role="field", trust="untrusted", part=place)
            finding = entry.pattern.finding(claim, matched, text, span[0], span[1])
            own = matched if finding.rule.id == LEAKED.id else ""
            return finding, span[1] - span[0], own
        return None
