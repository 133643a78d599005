"""The four kinds of plug-in. Nominal bases, so that the catalogue finds them by class and mypy keeps their types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, Self, TypeVar

from yanmen.core.nouns import Finding, Incident, Phrase, Rule, Severity, Unexamined

Target = TypeVar("Target")

DETECTOR_FAILED = Rule(
    id="yanmen.detector-failed",
    title=Phrase(en="A detector failed", zh="检测器发生故障"),
    severity=Severity.CRITICAL,
    fix=Phrase(
        en="Treat the target as not judged. Report the detector's name and the kind of error; then repair or remove it.",
        zh="请将该对象视为未经判定。上报检测器名称与错误类型，然后修复或移除该检测器。",
    ),
    tags=("cwe:755",),
)
"""Found by whoever runs detectors, when one raises. Policy says whether the door stays shut."""


class Source(ABC, Generic[Target]):
    """Fetches facts. May do I/O."""

    @abstractmethod
    def targets(self, where: str) -> Iterator[Target | Unexamined]:
        """Every target at a place; what cannot be read is an Unexamined, never left out."""


class Detector(ABC, Generic[Target]):
    """Looks at a target and claims. Pure: no I/O, no clock, no state between targets. Fields are its configuration."""

    rules: ClassVar[tuple[Rule, ...]] = ()
    """Every rule it can find."""
    stretch: ClassVar[int] = 0
    """Of texts and of answers: how many characters it judges by themselves, at fixed offsets of half as many, so that it can end
    a text that is still on its way; 0: it must see the whole."""

    @classmethod
    def configured(cls, settings: Any) -> Self:
        """One as the settings of its room want it; the guard gives ``config.Guard``. By default: as it is."""
        del settings
        return cls()

    @abstractmethod
    def detect(self, target: Target) -> Iterator[Finding | Unexamined]:
        """What is to be said of this target."""


class Attack(ABC):
    """Tries to get past a guard."""

    @abstractmethod
    def prompts(self, seed: int) -> Iterator[str]:
        """Prompts to try; the same seed gives the same prompts."""


class Act(ABC):
    """Acts on an incident, and can take it back. Undo is not optional."""

    name: ClassVar[str]

    @abstractmethod
    def do(self, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        """Act; answer what was done, with all that ``undo`` needs."""

    @abstractmethod
    def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Take back what ``do`` answered; harmless when done twice."""
