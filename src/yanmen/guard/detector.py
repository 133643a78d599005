"""The bases of detectors whose findings have exact places: of bounded patterns, and of readers of their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from yanmen.core.nouns import Finding, Text, Unexamined
from yanmen.core.plugins import Detector
from yanmen.guard.reader import findings_of
from yanmen.guard.readers import Reading
from yanmen.guard.scan import Plan
from yanmen.guard.spans import Pattern


class SpanDetector(Detector[Text]):
    """Looks for patterns. By itself it reads one whole text; the guard reads all such detectors in one scan, streams included."""

    @abstractmethod
    def patterns(self) -> tuple[Pattern, ...]:
        """What it looks for, the same at every call."""

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """Every match in one text."""
        yield from findings_of(Plan.of(self.patterns()), target)


class ReadingDetector(Detector[Text]):
    """Reads texts with a reader of its own, beside the one scan; streams included.

    A line end is to the reader what the beginning and the end of a text are: several texts may be read as lines of one.
    """

    @abstractmethod
    def reader(self) -> Reading:
        """A reader of one text."""

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """Everything in one text."""
        for one in self.reader().feed(target.text, final=True):
            yield one.finding(target)
