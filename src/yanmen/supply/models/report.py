"""What a reader has to say of one file, gathered while it reads."""

from __future__ import annotations

from collections.abc import Mapping

from yanmen.core.nouns import Finding, Rule, Severity, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.targets import Artifact, Examined

STEPS = 50
"""Lines of a proof that are kept."""
SAID = 200
"""Findings, and reasons for not judging, that are kept of one file. One more says that there were more."""


class Report:
    """Findings, what was not examined, steps of a proof and facts, about one artifact."""

    def __init__(self, artifact: Artifact, bounds: Bounds, kind: str) -> None:
        """``kind``: the format, by its content."""
        self.kind = kind
        self._artifact = artifact
        self._bounds = bounds
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self._unexamined: list[Unexamined] = []
        self._steps: list[str] = []
        self._facts: dict[str, str] = {}

    def find(self, rule: Rule, evidence: str, *, inside: str = "", confidence: float = 1.0) -> None:
        """A claim. ``inside`` names the place within the file: a key, a node, a line (``#L12``)."""
        where = Where(part=self._place(inside))
        shown = visible(evidence)
        key = (rule.id, shown, where.part)
        if key in self._findings or len(self._findings) >= SAID:
            return
        self._findings[key] = Finding(
            rule=rule, subject=self._bounds.subject, confidence=confidence, evidence=shown, where=where
        )

    def miss(self, reason: str, detail: str, *, inside: str = "") -> None:
        """Something of it could not be judged."""
        if len(self._unexamined) < SAID:
            place = Where(part=self._place(inside))
            said = visible(detail)
            self._unexamined.append(
                Unexamined(subject=self._bounds.subject, reason=reason, detail=said, where=place)
            )

    def failed(self, error: Unjudged) -> None:
        """A part's reader could not judge."""
        self.miss(error.reason, error.detail)

    def step(self, text: str) -> None:
        """A line of the proof."""
        if len(self._steps) < STEPS:
            self._steps.append(visible(text))

    def fact(self, name: str, value: str) -> None:
        """What the file says of itself."""
        self._facts[name] = visible(value)

    def take(self, inner: Examined) -> None:
        """A member's findings and gaps as this file's own; of its steps as many as there is room for."""
        for found in inner.findings:
            if len(self._findings) < SAID:
                self._findings.setdefault((found.rule.id, found.evidence, found.where.part), found)
        self._unexamined.extend(inner.unexamined[: SAID - len(self._unexamined)])
        self._steps.extend(inner.steps[: STEPS - len(self._steps)])
        if inner.proof == "unknown" and not inner.unexamined:
            self.miss("not-checked", f"{inner.format}: nothing shows that it is harmless")

    def within(self, inside: str, data: bytes) -> None:
        """Bytes that stand in it in another form, examined by themselves."""
        self.take(self._bounds.inside(Artifact.held(self._place(inside), data)))

    @property
    def facts(self) -> Mapping[str, str]:
        """What has been said so far."""
        return self._facts

    def done(self) -> Examined:
        """Unsafe with any finding from high upwards; unknown where anything was left unexamined; else proven safe."""
        findings = tuple(self._findings.values())
        unsafe = any(found.rule.severity >= Severity.HIGH for found in findings)
        return Examined(
            format=self.kind,
            proof="unsafe" if unsafe else "unknown" if self._unexamined else "proven_safe",
            findings=findings,
            unexamined=tuple(self._unexamined),
            steps=() if unsafe or self._unexamined else tuple(self._steps),
            facts=dict(self._facts),
        )

    def _place(self, inside: str) -> str:
        if not inside:
            return self._artifact.name
        mark = "" if inside.startswith("#") else "!"
        return f"{self._artifact.name}{mark}{visible(inside)}"
