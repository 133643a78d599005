"""Events of different answers differ in their id, their time, and one string: what was read of one is known of the next.

A shape is an event less its id and time, kept over all answers. It is learnt from an event that was read strictly, and
proved by reading it again with another id and another time put in; an event that has its exact bytes around a plain
id and a whole number can then hold nothing else. A model's words are in no shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from yanmen.gateway.templates import Template
from yanmen.llm.wire import sse, strict
from yanmen.llm.wire.answers import Piece

MOST = 64
"""Shapes of each kind that are kept; at the next all are dropped, so that what upstreams say now is learnt again."""
LONGEST = 2_048
"""Bytes of an event that may become a shape."""
_ID = re.compile(rb'"id": ?"([\w.:-]{1,128})"')
_CREATED = re.compile(rb'"created": ?([1-9][0-9]{0,14})(?=[,}])')
_PROBE, _PROBE_AT = b"yanmen-probe", b"1"
_string = msgspec.json.Decoder(str).decode


class Seen(NamedTuple):
    """An event that was read: all that is to be known of it."""

    tree: dict[str, Any]
    pieces: Sequence[Piece]
    ends: bool
    around: tuple[bytes, bytes] | None = None
    """The bytes before and after its only growing string, where they are known."""


class _Holes(NamedTuple):
    """An event's bytes around its id and its time."""

    before: bytes
    id: bytes
    between: bytes
    created: bytes
    after: bytes


class Shapes:
    """What is known of events, whatever answer they come in."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._whole: dict[tuple[bytes, bytes, bytes], Seen] = {}
        self._growing: dict[tuple[bytes, bytes], list[tuple[bytes, bytes, Seen]]] = {}
        self._count = 0

    def known(self, raw: bytes) -> Seen | None:
        """The event, where its shape is known."""
        if len(raw) > LONGEST or (cut := _cut(raw)) is None:
            return None
        before, name, between, created, after = cut
        seen = self._whole.get((before, between, after))
        if seen is not None:
            return _filled(seen, name, created)
        for prefix, suffix, shape in self._growing.get((before, between), ()):
            if after.startswith(prefix) and after.endswith(suffix) and len(after) > len(prefix) + len(suffix):
                try:
                    text = _string(after[len(prefix) : -len(suffix)])
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    return None
                around = raw[: len(raw) - len(after) + len(prefix)], suffix
                return _filled(shape, name, created, text, around)
        return None

    def learn(self, frame: sse.Frame, seen: Seen, template: Template | None, depth: int) -> None:
        """Keep an event's shape. ``template``: what is known of its growing string; None: nothing grows in it."""
        raw = frame.raw
        if (
            len(raw) > LONGEST
            or not frame.plain
            or (cut := _cut(raw)) is None
            or not _proved(cut, seen, depth)
        ):
            return
        if self._count >= MOST:
            self._whole.clear()
            self._growing.clear()
            self._count = 0
        if template is None:
            self._whole[cut.before, cut.between, cut.after] = seen
        elif (at := len(template.prefix) - (len(raw) - len(cut.after))) >= 0:
            kept = self._growing.setdefault((cut.before, cut.between), [])
            kept.append((cut.after[:at], template.suffix, _wordless(seen, template)))
        self._count += 1


class Known:
    """What answers teach of those after them."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.clean: set[str] = set()
        """Short strings that answers repeat and the guard has found clean."""
        self.shapes = Shapes()


def _cut(raw: bytes) -> _Holes | None:
    name = _ID.search(raw)
    if name is None or (created := _CREATED.search(raw, name.end())) is None:
        return None
    start, end = name.span(1)
    begun, done = created.span(1)
    return _Holes(raw[:start], raw[start:end], raw[end:begun], raw[begun:done], raw[done:])


def _proved(cut: _Holes, seen: Seen, depth: int) -> bool:
    """Whether what was cut out are the event's own id and time, and nothing else."""
    ids = [piece.text for piece in seen.pieces if piece.path == "/id"]
    if len(ids) != 1 or seen.tree.get("id") != cut.id.decode():
        return False
    raw = b"".join((cut.before, _PROBE, cut.between, _PROBE_AT, cut.after))
    data = sse.parse(raw).data or b""
    try:
        probed = strict.read(data, depth=depth, values=len(data))
    except strict.Malformed:
        return False
    return bool(probed == {**seen.tree, "id": _PROBE.decode(), "created": int(_PROBE_AT)})


def _wordless(seen: Seen, template: Template) -> Seen:
    """What was read, less what the model said."""
    raw = template.prefix + b'""' + template.suffix
    tree = msgspec.json.decode(sse.parse(raw).data or b"null")
    pieces = [piece._replace(text="") if piece.grows else piece for piece in seen.pieces]
    return seen._replace(tree=tree, pieces=pieces)


def _filled(
    seen: Seen, name: bytes, created: bytes, text: str = "", around: tuple[bytes, bytes] | None = None
) -> Seen:
    """The shape with what its holes hold."""
    own = name.decode()
    pieces = [
        piece._replace(text=text)
        if piece.grows
        else piece._replace(text=own)
        if piece.path == "/id"
        else piece
        for piece in seen.pieces
    ]
    return Seen({**seen.tree, "id": own, "created": int(created)}, pieces, seen.ends, around)
