"""Which files are a data set, and in what form each one is; by content, with the name as a hint among texts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.opening import Reader, UnreadError, encoding_of
from yanmen.supply.datasets.reading.parquet import MAGIC, parquet
from yanmen.supply.datasets.reading.records import Malformed, Record, json_array, json_lines, separated
from yanmen.supply.targets import Artifact

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
"""Names of data files, before ``.gz`` or ``.zst``."""
PACKED = (".gz", ".zst")
CARDS = ("readme.md", "dataset_card.md", "dataset-card.md")
_BESIDE = {"dataset_info.json", "dataset_infos.json", "state.json", "package.json", "tsconfig.json"}


def is_data(name: str) -> bool:
    """Whether a file's name is that of rows."""
    plain = name.lower()
    for ending in PACKED:
        plain = plain.removesuffix(ending)
    return plain.endswith(SUFFIXES) and plain not in _BESIDE


def files_of(path: Path, most: int) -> tuple[list[Path], bool]:
    """A file itself, or a folder's data files by name, and whether there are more than ``most``. Links are not followed."""
    if not path.is_dir():
        return [path], False
    found: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if is_data(name) and not file.is_symlink():
                if len(found) >= most:
                    return found, True
                found.append(file)
    return found, False


def form_of(artifact: Artifact) -> str:
    """``parquet``, ``jsonl``, ``json`` or ``csv``. Raises UnreadError for what is none of them."""
    if artifact.read(0, 4) == MAGIC:
        return "parquet"
    reader = Reader(artifact, 1 << 20)
    try:
        text = reader.head().decode(encoding_of(reader.head()), "replace").lstrip("\ufeff \t\r\n")
    except (OSError, EOFError) as error:
        raise UnreadError("unreadable", type(error).__name__) from error
    finally:
        reader.close()
    named = artifact.name.lower().removesuffix(".gz").removesuffix(".zst")
    if named.endswith((".csv", ".tsv")):
        return "csv"
    if text.startswith("["):
        return "json"
    if text.startswith("{"):
        first = text.partition("\n")[0].rstrip()
        return "jsonl" if first.endswith("}") or named.endswith(("jsonl", "ndjson")) else "json"
    return "jsonl" if text.startswith('"') and named.endswith("jsonl") else "csv"


class Reading:
    """The rows of one file. ``form``, ``encoding`` and ``undecodable`` say how it was read."""

    def __init__(self, artifact: Artifact, bounds: Bounds) -> None:
        """Nothing is read yet."""
        self._artifact = artifact
        self._bounds = bounds
        self.form = ""
        self.encoding = ""
        self.undecodable = 0

    def records(self) -> Iterator[Record | Malformed]:
        """One row after the other. Raises UnreadError where the file, or the rest of it, cannot be read."""
        try:
            self.form = form_of(self._artifact)
            if self.form == "parquet":
                yield from parquet(self._artifact, self._bounds)
                return
            reader = Reader(self._artifact, self._bounds.unpacked)
        except OSError as error:
            raise UnreadError("unreadable", error.strerror or type(error).__name__) from error
        kinds = {"jsonl": json_lines, "json": json_array, "csv": separated}
        try:
            yield from kinds[self.form](reader, self._bounds)
        finally:
            self.encoding, self.undecodable = reader.encoding, reader.undecodable
            reader.close()
