"""A file, or all files of a folder. Links are not followed; ``.git`` is left to the source of histories."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.core.plugins import Source
from yanmen.intel.sources.blob import LARGEST, Blob, opened, unread

MOST = 1_000_000
"""Files of one folder."""


class Files(Source[Blob]):
    """Reads one file or a folder, sorted by name."""

    def targets(self, where: str) -> Iterator[Blob | Unexamined]:
        """Every file; what cannot be read is said."""
        root = Path(where)
        if not root.is_dir():
            yield from _file(root, where)
            return
        count = 0
        failed: list[tuple[str, str]] = []
        for folder, names in _walk(root, failed):
            for name in names:
                count += 1
                if count > MOST:
                    yield unread(where, "too-large", f"more than {MOST} files")
                    return
                path = Path(folder, name)
                yield from _file(path, str(path))
        for shown, problem in failed:
            yield unread(shown, "unreadable", problem)


def _walk(root: Path, failed: list[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    def note(error: OSError) -> None:
        failed.append((str(error.filename), error.strerror or "?"))

    for folder, folders, names in os.walk(root, onerror=note):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield folder, sorted(names)


def _file(path: Path, shown: str) -> Iterator[Blob | Unexamined]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if not path.is_symlink():  # what a link leads to is looked at where it stands
            yield unread(shown, "unreadable", error.strerror or "")
        return
    with os.fdopen(handle, "rb") as opened_file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return
        try:
            data = opened_file.read(LARGEST + 1)
        except OSError as error:
            yield unread(shown, "unreadable", error.strerror or "")
            return
    if len(data) > LARGEST:
        yield unread(shown, "too-large")
        return
    yield from opened(Blob(path=shown, data=data))
