"""The digest by which a module is known again after it was vendored: what vendoring changes is not part of it."""

from __future__ import annotations

import hashlib
import re

SIZE = 6
"""Bytes of a digest: of a million modules that are no copies, one in three thousand runs takes one for another's."""
_LEAST = 12
"""Bytes that must be left of a module."""
_LEFT_OUT = re.compile(rb"\s*(?:#|import\s|from\s|$)")
_MARK = re.compile(rb"#\s{0,20}(?:type:|noqa|pragma|pylint:|mypy:|pyright:|nosec).*$")
_PLACE = re.compile(
    rb"(?:\b[A-Za-z_]\w*\.){0,8}\b_?(?:vendor|vendored|vendors|extern|externals|third_?party|packages)\."
)


def digest(path: str, data: bytes) -> bytes:
    """Of a module's name and its text; empty where there is next to nothing in it.

    Imports (which are rewritten to the new place), comments, empty lines, what stands at the ends of lines, and a place such as
    ``pip._vendor.`` before a name are left out. Of its name an underscore at the beginning is.
    """
    lines = [
        _MARK.sub(b"", line).rstrip()
        for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()
        if not _LEFT_OUT.match(line)
    ]
    text = _PLACE.sub(b"", b"\n".join(lines))
    if len(text) < _LEAST:
        return b""
    name = path.rpartition("/")[2].lstrip("_").encode("utf-8", "surrogateescape")
    return hashlib.sha256(name + b"\x00" + text).digest()[:SIZE]
