"""What a scan found, target by target, and its verdict: clean, found, or could not judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from yanmen.core.nouns import Finding, Noun, Severity, Unexamined
from yanmen.supply.targets import Component, Proof, Suspect
from yanmen.supply.upgrades import Plan
from yanmen.supply.vex.statement import Statement

SCHEMA = "yanmen.scan/1"
"""Name and version of the report's JSON. A field may be added to version 1; none is taken away or changed."""
Word = Literal["clean", "found", "could_not_judge"]
Kind = Literal["project", "environment", "image", "package", "model", "dataset", "sbom"]
EXIT: Mapping[Word, int] = {"clean": 0, "found": 1, "could_not_judge": 2}


class Feed(Noun, frozen=True):
    """What the world knew, and when."""

    name: str
    date: str
    """Of its newest record, ISO 8601; empty: it does not say."""
    age_days: int
    records: int
    covers: tuple[str, ...] = ()
    """Ecosystems that it speaks of."""
    stale: bool = False
    """Older than ``max_feed_age_days``."""


class Waived(Noun, frozen=True):
    """A finding that somebody answers for."""

    finding: Finding
    reason: str
    by: str
    until: str
    """ISO 8601: the day it ends."""


class Accepted(Noun, frozen=True):
    """What the site lets in unchecked."""

    what: str
    """The beginning of a package URL, or a reason word of what could not be judged."""
    by: str
    until: str
    lapsed: bool = False
    """Its day has passed: it accepts nothing any more."""

    def covers(self, one: Unexamined) -> bool:
        """Whether it accepts this. ``pkg:deb`` covers ``pkg:deb/debian/zlib1g@1.2`` and not ``pkg:debian…``."""
        if self.lapsed:
            return False
        named = str(one.subject)
        return named.startswith(self.what) and named[len(self.what) : len(self.what) + 1] in {"", "/", "@"}


class Risk(Noun, frozen=True):
    """What is risky about one component."""

    purl: str
    score: int
    """0 to 100: the sum of the factors, within these bounds."""
    factors: Mapping[str, int]
    """What adds to it, by stable words: ``exploited``, ``likely``, ``called``, ``poisoned``, ``licence`` …"""
    ids: tuple[str, ...] = ()
    """Its vulnerabilities, the best name of each."""
    fixed: tuple[str, ...] = ()
    """Versions that mend them."""


class Result(Noun, frozen=True):
    """One target."""

    path: str
    """As it was given, or found below what was given."""
    kind: Kind
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    components: tuple[Component, ...] = ()
    waived: tuple[Waived, ...] = ()
    risks: tuple[Risk, ...] = ()
    """Of its components that anything was found of, the riskiest first."""
    ways: Mapping[str, tuple[tuple[str, ...], ...]] = {}
    """Of its components with findings, by package URL: how each comes in, from what the project asks for down to it."""
    stated: tuple[Statement, ...] = ()
    """What VEX says of each of its vulnerabilities: what people answered for, what is reached, what nobody looked into."""
    plan: Plan | None = None
    """The smallest set of edits that takes its findings away; None: there is nothing to plan for, or nowhere to write it."""
    proof: Proof | None = None
    """Of a model file only."""
    format: str = ""
    steps: tuple[str, ...] = ()
    digests: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}
    suspects: tuple[Suspect, ...] = ()
    """Of a data set: the rows to look at first, the most suspicious at the head; at most a thousand."""


class Tally(NamedTuple):
    """How many findings there are of each severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    info: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Tally:
        """Count."""
        counts = dict.fromkeys(cls._fields, 0)
        for finding in findings:
            counts[finding.rule.severity.word] += 1
        return cls(**counts)


class Report(Noun, frozen=True):
    """A scan."""

    at: int
    """Microseconds since the epoch, UTC."""
    version: str
    threshold: Severity
    """From where on a finding counts as found."""
    targets: tuple[Result, ...]
    feeds: tuple[Feed, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    known: frozenset[str] = frozenset()
    """Fingerprints of a baseline's findings: they are not new."""
    compared: bool = False
    """Whether there was a baseline."""

    def fresh(self, result: Result) -> tuple[Finding, ...]:
        """A target's findings that no baseline knows, the gravest first."""
        new = [one for one in result.findings if one.fingerprint not in self.known]
        return tuple(
            sorted(new, key=lambda one: (-one.rule.severity, one.rule.id, str(one.subject), one.where.part))
        )

    def open(self, result: Result) -> tuple[Unexamined, ...]:
        """What of a target nobody could judge and nobody accepts unjudged."""
        return tuple(
            one for one in result.unexamined if not any(accepted.covers(one) for accepted in self.accepted)
        )

    def verdict_of(self, result: Result) -> Word:
        """Found beats could not judge."""
        if any(one.rule.severity >= self.threshold for one in self.fresh(result)):
            return "found"
        return "could_not_judge" if self.open(result) or result.proof == "unknown" else "clean"

    def reason_of(self, result: Result) -> str:
        """Why the verdict is not clean: the gravest rule, or the reasons why it could not be judged, the most frequent first."""
        word = self.verdict_of(result)
        if word == "found":
            return self.fresh(result)[0].rule.id
        if word == "clean":
            return ""
        counts: dict[str, int] = {}
        for one in self.open(result):
            counts[one.reason] = counts.get(one.reason, 0) + 1
        return ", ".join(sorted(counts, key=lambda reason: (-counts[reason], reason))) or "unknown"

    @property
    def verdict(self) -> Word:
        """Of all targets. A scan of nothing could not judge."""
        words = {self.verdict_of(result) for result in self.targets}
        if "found" in words:
            return "found"
        return "clean" if words == {"clean"} else "could_not_judge"

    def findings(self) -> Iterator[tuple[Result, Finding]]:
        """Every new finding with its target, the gravest first."""
        pairs = [(result, one) for result in self.targets for one in self.fresh(result)]
        return iter(sorted(pairs, key=lambda pair: -pair[1].rule.severity))
