"""Unpacking: modules in archives."""

from __future__ import annotations

import io
import zipfile

from yanmen.supply.packages.reading.unpacking import zipped_module


def test_modules_in_an_archive() -> None:
    """The module's source; nothing where it is no archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("later.py", "x = 1")

    assert zipped_module(out.getvalue(), "later") == "x = 1"
    assert zipped_module(out.getvalue(), "other") == ""
    assert zipped_module(b"PK\x03\x04 broken", "later") == ""
