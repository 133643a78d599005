"""Pickles that stand in documents as base64 or hex digits: nothing but a loader of pickles has a use for them."""

from __future__ import annotations

import re

from yanmen.supply.pickles import nested
from yanmen.supply.targets import Artifact

_START = rb"(?:gA[I-V]|Y[0-9A-Za-z+/]{2}|K[GC][NMlp]|800[2-5]|(?:28)?63)"
_LONGEST = 1 << 16
_STRING = re.compile(rb'"(' + _START + rb"[0-9A-Za-z+/]{8,65536}=*)")
"""A string of JSON, or its beginning: enough of it to tell."""
_WHOLE = re.compile(rb"\s*(" + _START + rb"[0-9A-Za-z+/]{8,})[0-9A-Za-z+/\s]*=*\s*")
"""A text that is nothing else."""
_ESCAPE = re.compile(rb"\\u00([0-7][0-9A-Fa-f])|\\(/)")
"""JSON's ways to write a plain character longer."""
_WINDOW = 1 << 20
_OVERLAP = 1_024
_HEAD = 4096


def carries(artifact: Artifact) -> bool:
    """Whether a document has a string that is an encoded pickle, or is one itself."""
    with artifact.open() as stream:
        data = stream.read(_HEAD)
        if _WHOLE.fullmatch(data) and nested.encoded(data.strip(), cut=len(data) == _HEAD):
            return True
        while data:
            plain = _ESCAPE.sub(lambda one: one[2] or bytes.fromhex(one[1].decode()), data)
            for found in _STRING.finditer(plain):
                cut = len(found[1]) >= _LONGEST or found.end() == len(plain)
                if nested.encoded(found[1], cut=cut):
                    return True
            piece = stream.read(_WINDOW)
            data = data[-_OVERLAP:] + piece if piece else b""
    return False


def inner(text: bytes) -> bytes | None:
    """The pickle that a text is as a whole; None where it is none."""
    return nested.encoded(text.strip()) if _WHOLE.fullmatch(text) else None
