"""What the examination of a data set may cost, and what it is to be compared with."""

from __future__ import annotations

from pathlib import Path

from yanmen.core.nouns import Noun


class Bounds(Noun, frozen=True):
    """What one data set may cost. What lies beyond is said, and never counted as clean."""

    rows: int = 100_000
    """Rows that are held and compared; of a larger set a sample of so many is drawn."""
    characters: int = 48_000_000
    """Characters that are held of all rows together; the sample shrinks where rows are long."""
    text: int = 8_000
    """Characters of one text that are held: its beginning and its end."""
    record: int = 4 << 20
    """Characters of one row in the file."""
    unpacked: int = 64 << 30
    """Bytes that a file may hold, unpacked."""
    files: int = 2_000
    """Files of a folder."""
    columns: int = 1_000
    """Columns of one row that are looked at."""


class Options(Noun, frozen=True):
    """How a data set is examined."""

    seed: int = 0
    """Of the sample. The same seed and the same file give the same result."""
    against: tuple[Path, ...] = ()
    """Benchmarks whose questions must not be in the data."""
    known_packages: frozenset[str] = frozenset()
    """Names of packages that answers may have installed; empty: the most popular ones, as they are shipped."""
