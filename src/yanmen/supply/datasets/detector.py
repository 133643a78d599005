"""The base of detectors that look at a whole table: they claim something of rows, and the claims become findings."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

_SHOWN = 5
"""Lines that a finding names."""
_MUCH, _LITTLE = 0.8, 0.3
"""A source is named when it holds so much of the rows, and so little of all."""
POISONING = ("owasp-llm:LLM04", "atlas:AML.T0020", "cwe:1039")


class Claim(NamedTuple):
    """Something that is wrong with rows of a table."""

    rule: Rule
    rows: Sequence[int]
    """Places in the table, the most suspicious first where they differ."""
    evidence: str
    """What was seen; whatever comes from the data is made visible already (``quoted``)."""
    confidence: float
    scores: Sequence[float] = ()
    """Of each row how suspicious it is, 0 to 1; empty: ``confidence`` for all."""


class TableDetector(Detector[Table]):
    """Looks at all rows together."""

    @abstractmethod
    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """What is wrong, in an order that does not depend on the rows' order."""

    def detect(self, target: Table) -> Iterator[Finding | Unexamined]:
        """The claims as findings; which rows they name is noted in the table."""
        for claim in self.claims(target):
            if isinstance(claim, Claim):
                target.note(claim.rule, claim.rows, claim.scores or [claim.confidence] * len(claim.rows))
                yield finding(claim, target)
            else:
                yield claim


def finding(claim: Claim, table: Table) -> Finding:
    """A claim with its lines, and the source of its rows where that says something."""
    parts = [claim.evidence]
    if claim.rows:
        places = sorted({(table.rows[row].file, table.rows[row].line) for row in claim.rows})
        shown = ", ".join(str(line) for _, line in places[:_SHOWN])
        parts.append(f"lines {shown}" + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""))
        if source := concentrated(claim.rows, table):
            parts.append(source)
        where = Where(part=f"{table.files[places[0][0]]}#L{places[0][1]}")
    else:
        where = Where(part=table.files[0] if table.files else "")
    subject = Ref(kind="file", id=where.part.partition("#L")[0] or "-")
    return Finding(
        rule=claim.rule,
        subject=subject,
        confidence=round(min(max(claim.confidence, 0.0), 1.0), 3),
        evidence="; ".join(parts),
        where=where,
    )


def concentrated(rows: Sequence[int], table: Table) -> str:
    """Which source most of the rows come from, where few of the others do."""
    counts = Counter(table.rows[row].source for row in rows)
    source, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    if not source or len(rows) < _SHOWN or count < _MUCH * len(rows):
        return ""
    share = sum(row.source == source for row in table.rows) / len(table)
    return (
        f"source {quoted(source)} holds {count} of them, {share:.1%} of all rows" if share < _LITTLE else ""
    )


def rule(slug: str, severity: Severity, title: tuple[str, str], fix: tuple[str, str], *tags: str) -> Rule:
    """A rule of this room: ``dataset.slug``; title and fix in English and Chinese."""
    return Rule(
        id=f"dataset.{slug}",
        title=Phrase(en=title[0], zh=title[1]),
        severity=severity,
        fix=Phrase(en=fix[0], zh=fix[1]),
        tags=tags or POISONING,
    )
