"""Parquet, by pyarrow, which is optional (``yanmen[lake]``)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.opening import UnreadError
from yanmen.supply.datasets.reading.records import Record
from yanmen.supply.targets import Artifact

MAGIC = b"PAR1"
_BATCH = 1024


def parquet(artifact: Artifact, bounds: Bounds) -> Iterator[Record]:
    """Its rows, a thousand at a time. Raises UnreadError: pyarrow is not installed, or the file cannot be read."""
    try:
        arrow: Any = importlib.import_module("pyarrow")
        reading: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UnreadError(
            "unsupported", "Parquet needs pyarrow: install it with `pip install yanmen[lake]`"
        ) from error
    number = 0
    try:
        with artifact.open() as stream:
            file = reading.ParquetFile(stream)
            names = [field.name for field in file.schema_arrow][: bounds.columns]
            for batch in file.iter_batches(batch_size=_BATCH, columns=names, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(number, row)
    except (arrow.ArrowException, OSError, ValueError, OverflowError, RecursionError) as error:
        raise UnreadError("malformed", f"after row {number}: {type(error).__name__}") from error
