"""Tells data sets from other files, at a glance; nothing is loaded that only an examination needs."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.files import PACKED, Reading, files_of, is_data
from yanmen.supply.datasets.reading.opening import UnreadError
from yanmen.supply.datasets.reading.records import Record
from yanmen.supply.datasets.shapes import shape_of
from yanmen.supply.targets import Artifact

_GLANCE = Bounds(record=1 << 16, unpacked=1 << 20)
_ROWS = (".jsonl", ".ndjson")
_GLANCED = 20
"""Rows by which a file is taken for a data set."""


def looks_like_dataset(path: Path) -> bool:
    """Whether a file, or the first data file of a folder, has rows of a shape that is known; by its first kilobytes."""
    files, _ = files_of(path, 1)
    if not files or not is_data(files[0].name):
        return False
    if files[0].name.lower().endswith(".parquet"):
        return True
    try:
        records = Reading(Artifact.of(files[0]), _GLANCE).records()
        rows = [record.values for record in islice(records, _GLANCED) if isinstance(record, Record)]
    except OSError:
        return False
    except UnreadError:  # by its name nothing but rows: whoever examines it says why it cannot be read
        return any(files[0].name.lower().removesuffix(one).endswith(_ROWS) for one in PACKED)
    return len(rows) > 1 and shape_of(rows).name != "unknown"
