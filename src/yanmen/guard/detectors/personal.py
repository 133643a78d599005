"""Personal data in prompts and answers, Chinese and English."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from yanmen.core import config
from yanmen.guard.detector import SpanDetector
from yanmen.guard.grading import BUILT_IN, Scheme, load
from yanmen.guard.personal import kinds, patterns
from yanmen.guard.spans import Pattern


class Personal(SpanDetector):
    """Finds personal data by form, check digit and context; a scheme grades it."""

    rules = tuple(kinds.rules(load()).values())

    def __init__(self, scheme: Scheme | None = None) -> None:
        """``scheme``: the built-in one where none is given."""
        self.scheme = scheme or load()

    @classmethod
    def configured(cls, settings: config.Guard) -> Self:
        """With the scheme that ``guard.grading`` names. Raises YanmenError where it is none."""
        return cls(load(Path(settings.grading) if settings.grading else BUILT_IN))

    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of every kind, with rules that the scheme has graded."""
        return patterns.patterns(self.scheme)
