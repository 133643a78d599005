"""What is looked at: some bytes and where they stand."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

from yanmen.core.nouns import Noun, Ref, Unexamined
from yanmen.core.redaction import visible

LARGEST = 64 << 20
"""Bytes of one blob, and of all that an archive unpacks to; more is *could not judge*."""
MEMBERS = 10_000
"""Members of one archive."""
_STREAMS = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ\x00": lzma}
_CLOSED = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")  # 7z, RAR, Zstandard
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError)


class Blob(Noun, frozen=True):
    """A target: the bytes of a file, of a member of an archive, or of an object of a repository."""

    path: str
    """``docs/notes.md``, ``dist/app.whl!config.py``; made visible where it is shown, not here."""
    data: bytes
    object: str = ""
    """The id of the object in its repository."""
    commit: str = ""
    """The commit whose message it is."""


def unread(path: str, reason: str, detail: str = "") -> Unexamined:
    """What could not be looked at."""
    return Unexamined(subject=Ref(kind="file", id=visible(path)), reason=reason, detail=visible(detail))


def opened(blob: Blob) -> Iterator[Blob | Unexamined]:
    """The blob, and what is inside where it is packed. Packed twice is looked at once."""
    data = blob.data
    if wide := _WIDE.get(data[:2]):
        yield Blob(path=blob.path, data=data.decode(wide, "replace").encode(), object=blob.object)
        return
    if data.startswith(_CLOSED):
        yield unread(blob.path, "unsupported", "packed in a form that is not opened")
        return
    yield blob
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(blob)
    for magic, form in _STREAMS.items():
        if data.startswith(magic):
            yield from _stream(blob, form)


def _stream(blob: Blob, form: object) -> Iterator[Blob | Unexamined]:
    try:
        with form.open(io.BytesIO(blob.data)) as packed:  # type: ignore[attr-defined]  # gzip, bz2 and lzma are alike
            data = packed.read(LARGEST + 1)
    except _BROKEN as error:
        yield unread(blob.path, "unreadable", str(error))
        return
    if len(data) > LARGEST:
        yield unread(blob.path, "too-large")
        return
    yield Blob(path=f"{blob.path}!", data=data, object=blob.object)


def _zip(blob: Blob) -> Iterator[Blob | Unexamined]:
    room = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(blob.data)) as archive:
            members = archive.infolist()
            for member in members[:MEMBERS]:
                if member.is_dir():
                    continue
                with archive.open(member) as packed:
                    data = packed.read(room + 1)
                room -= len(data)
                if room < 0:
                    yield unread(blob.path, "too-large")
                    return
                yield Blob(path=f"{blob.path}!{member.filename}", data=data, object=blob.object)
            if len(members) > MEMBERS:
                yield unread(blob.path, "too-large", f"{len(members)} members")
    except (*_BROKEN, zipfile.BadZipFile) as error:
        yield unread(blob.path, "unreadable", str(error))
