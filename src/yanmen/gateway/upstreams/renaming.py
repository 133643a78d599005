"""A call's model by another name, in the one place of its body that names it. Every other byte that matters stays."""

from __future__ import annotations

import re

import msgspec

_BODY = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BOUNDARY = re.compile(rb"boundary=\"?([0-9A-Za-z'()+_,./:=? -]{1,70})\"?")
_FIELD = rb"(\r\n[^\r\n]*;\s*name=\"?model\"?(?:\r\n[^\r\n]+)*\r\n\r\n)%b(\r\n--%b)"


def renamed(body: bytes, old: str, new: str, kind: bytes) -> bytes:
    """The body with another model: the top-level ``model`` of JSON (Ollama also says ``name``), or the field of a form.

    ``kind`` is its content type. ValueError where the body does not name the model there. The door has read the body
    before: no key stands twice, and none in another case.
    """
    if kind.startswith(b"multipart/"):
        return _form(body, old, new, kind)
    tree = _BODY.decode(body)
    place = "model" if "model" in tree or "name" not in tree else "name"
    tree[place] = msgspec.Raw(msgspec.json.encode(new))
    return msgspec.json.encode(tree)


def _form(body: bytes, old: str, new: str, kind: bytes) -> bytes:
    boundary = _BOUNDARY.search(kind)
    mark = re.escape(boundary[1].strip()) if boundary else b""
    value = new.encode()
    out, count = re.subn(
        _FIELD % (re.escape(old.encode()), mark), lambda found: found[1] + value + found[2], b"\r\n" + body
    )
    if not mark or count != 1 or b"\r" in value or b"\n" in value:
        raise ValueError("the form does not name its model once")
    return out[2:]
