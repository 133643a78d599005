"""How much work the pickles of one file may be, all streams and strings within strings together."""

from __future__ import annotations

MOST = 10_000_000
"""Units of work, some 80 ns each: a second. Of 3,169 real files one wants 11,700,000 (a cache of 26 MB), the next 2,400,000."""
CALL = 24
"""A name, a call, a state that is built: what judging it costs more than a constant does."""
SAY = 120
"""A claim, whose evidence is put into words even where it has been made before."""
STREAM = 500
"""A further stream of a file."""
LOOK = 60
"""A string that may be a pickle."""


class TooLarge(Exception):  # noqa: N818  # an answer, not a fault
    """The stream wants more than one look may hold, or do."""


class Work:
    """What is left of it."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST) -> None:
        """``left``: in units."""
        self.left = left

    def look(self) -> None:
        """TooLarge where nothing is left."""
        if self.left < 0:
            raise TooLarge("its work: it has more steps than a look may take")
