"""RECORD: the files of an installed distribution of Python, as its installer wrote them down."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from yanmen.supply.walk import File, UnreadError

LARGEST = 32 << 20
"""Bytes of a RECORD; that of a large distribution lists ten thousand files in 1 MB."""
_COLUMNS = 3


def recorded(record: File) -> Iterator[tuple[str, str, int]]:
    """Path from the root, digest (``sha256=…`` in URL-safe base64) and size of each file a RECORD lists with both."""
    content = record.bytes(LARGEST).decode("utf-8", "replace")
    base = record.folder.rpartition("/")[0]
    try:
        for row in csv.reader(content.splitlines()):
            if len(row) >= _COLUMNS and row[1] and row[2].isdecimal():
                yield f"{base}/{row[0]}" if base else row[0], row[1], int(row[2])
    except (csv.Error, ValueError) as error:
        raise UnreadError("malformed", f"no RECORD: {error}") from None
