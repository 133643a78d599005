"""Modules in archives that a package brings."""

from __future__ import annotations

import io
import zipfile
import zlib

_LONGEST = 400_000
"""Bytes of a module in an archive."""


def zipped_module(data: bytes, name: str) -> str:
    """The source of a module in a ZIP archive; empty: there is none, or it is too long."""
    stem = name.replace(".", "/")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for path in (f"{stem}.py", f"{stem}/__init__.py"):
                if path in archive.namelist() and archive.getinfo(path).file_size <= _LONGEST:
                    return archive.read(path).decode("utf-8", "replace")
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        return ""
    return ""
