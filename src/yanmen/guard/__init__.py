"""The guard: reads every text of a call and says what is wrong with it."""

from yanmen.guard.engine import Guard
from yanmen.guard.examination import Examination
from yanmen.guard.stream import Segment, TextStream, redacted

__all__ = ["Examination", "Guard", "Segment", "TextStream", "redacted"]
