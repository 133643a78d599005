"""Forms with files (``multipart/form-data``, RFC 7578), read so strictly that every reader after this one reads the same.

A form is bounded in parts, its line ends are CRLF, nothing stands before, between or after its parts, and no part says more of
itself than a name, a file's name and a type. A form that passed is written anew for the model.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from yanmen.llm.wire.strict import Malformed

KIND = "multipart/form-data"
PARTS = 64
"""Parts of one form."""
HEAD = 1_024
"""Bytes of one part's head."""
_BOUNDARY = re.compile(
    r"""boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'()+./:=?-]{1,70}))""", re.ASCII | re.IGNORECASE
)
_DISPOSITION = re.compile(rb'form-data; name="([^"\r\n\\]{1,100})"(?:; filename="([^"\r\n\\]{0,255})")?')
_KIND = re.compile(rb"[\w.+-]{1,60}/[\w.+-]{1,60}(?:; ?charset=utf-8)?", re.ASCII | re.IGNORECASE)


def read(body: bytes, kind: str, repeated: Collection[str]) -> dict[str, Any]:
    """The fields by name: a text, or a file as ``{"filename", "type", "data"}``. ``repeated`` names may stand often: a list each.

    Raise Malformed for what not every reader reads alike.
    """
    mark = b"--" + boundary(kind).encode()
    if not body.startswith(mark + b"\r\n") or body.count(mark) > PARTS + 1:
        raise Malformed("not-form", f"at most {PARTS} parts, from the first byte on")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if pieces.pop() not in {b"--", b"--\r\n"}:
        raise Malformed("not-form", "it does not end with its last part")
    found: dict[str, Any] = {}
    for piece in pieces[1:]:
        name, value = _part(piece)
        if name in repeated:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise Malformed("duplicate-key", ascii(name[:40]))
        else:
            found[name] = value
    return found


def boundary(kind: str) -> str:
    """What separates the parts, as the content type says."""
    said = [one.strip() for one in kind.split(";")[1:] if one.strip().lower().startswith("boundary")]
    found = _BOUNDARY.fullmatch(said[0]) if len(said) == 1 else None
    if found is None:
        raise Malformed("not-form", "no boundary, or more than one")
    return found[1] or found[2]


def write(tree: dict[str, Any], kind: str) -> bytes:
    """The form again. Raise Malformed where a field holds the boundary."""
    mark = b"--" + boundary(kind).encode()
    out: list[bytes] = []
    for name, value in tree.items():
        for one in value if type(value) is list else [value]:
            written = _written(name, one)
            if mark in written:
                raise Malformed("not-form", "a field holds the boundary")
            out += (mark, b"\r\n", written, b"\r\n")
    return b"".join((*out, mark, b"--\r\n"))


def _part(piece: bytes) -> tuple[str, Any]:
    head, gap, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not piece.startswith(b"\r\n") or not gap or len(head) > HEAD:
        raise Malformed("not-form", "a part without a head")
    said: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        key, colon, value = line.partition(b":")
        key = key.lower()
        if not colon or key in said or key not in {b"content-disposition", b"content-type"}:
            raise Malformed("not-form", "a part's head says more than its name and its type")
        said[key] = value.strip(b" \t")
    disposition = _DISPOSITION.fullmatch(said.get(b"content-disposition", b""))
    kind = said.get(b"content-type", b"")
    if disposition is None or (kind and not _KIND.fullmatch(kind)):
        raise Malformed("not-form", "a part's head is not plain")
    try:
        name = disposition[1].decode()
        if disposition[2] is None:
            return name, data.decode()
        return name, {"filename": disposition[2].decode(), "type": kind.decode(), "data": data}
    except UnicodeDecodeError:
        raise Malformed("not-form", "a name or a text is not UTF-8") from None


def _written(name: str, value: Any) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'
    if type(value) is not dict:
        return f"{head}\r\n\r\n{value}".encode()
    file = f'; filename="{value["filename"]}"'.replace("\r", "").replace("\n", "")
    kind = f"\r\nContent-Type: {value['type']}" if value["type"] else ""
    data: bytes = value["data"]
    return f"{head}{file}{kind}\r\n\r\n".encode() + data
