"""Events of different answers differ in their id, their time, and one string: what was read of one is known of the next.

A shape is an event less its id and time, kept over all answers. It is learnt from an event that was read strictly, and
proved by reading it again with another id and another time put in; an event that has its exact bytes around a plain
id and a whole number can then hold nothing else. A model's words are in no shape.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from yanmen.gateway.templates import Template
from yanmen.llm.wire import sse, strict
from yanmen.llm.wire.codec import Seen
from yanmen.llm.wire.framing import Frame

MOST = 64
"""Shapes of each kind that are kept; at the next all are dropped, so that what upstreams say now is learnt again."""
LONGEST = 2_048
"""Bytes of an event that may become a shape."""
ID = "/id"
"""The part of an answer's id."""
SHARED = frozenset({"/model", "/system_fingerprint", "/provider", "/object", "/service_tier"})
"""Fields that say the same in every answer: what was clean once need not be looked at again."""
_ID = re.compile(rb'"id": ?"([\w.:-]{1,128})"')
_CREATED = re.compile(rb'"created": ?([1-9][0-9]{0,14})(?=[,}])')
_PROBE, _PROBE_AT = b"yanmen-probe", b"1"
_string = msgspec.json.Decoder(str).decode


def repeats(seen: Seen) -> bool:
    """Whether other answers will have an event like this: no counts in it, and no strings but those that all repeat."""
    return (
        seen.usage is None
        and not (seen.again or seen.closes or seen.done or seen.unexamined)
        and all(piece.part in SHARED or piece.part == ID for piece in seen.fixed)
    )


class Start(NamedTuple):
    """How the events of one answer begin, up to their time."""

    raw: bytes
    kind: tuple[bytes, bytes]
    """The bytes before the id, and those between it and the time."""
    name: str
    created: int


class Found(NamedTuple):
    """An event of a known shape."""

    seen: Seen
    """What its shape says, without the id."""
    start: Start
    text: str = ""
    """What its growing string brings."""
    around: tuple[bytes, bytes] | None = None
    """The bytes before and after that string."""

    @property
    def head(self) -> dict[str, Any]:
        """The answer's id, time and model."""
        return {**self.seen.head, "id": self.start.name, "created": self.start.created}


class Shapes:
    """What is known of events, whatever answer they come in."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._whole: dict[tuple[bytes, bytes], dict[bytes, Seen]] = {}
        self._growing: dict[tuple[bytes, bytes], list[tuple[bytes, bytes, Seen]]] = {}
        self._count = 0

    def known(self, raw: bytes, start: Start | None = None) -> Found | None:
        """The event, where its shape is known. ``start``: how another event of the same answer began."""
        if len(raw) > LONGEST:
            return None
        if (start is None or not raw.startswith(start.raw)) and (start := _start(raw)) is None:
            return None
        after = raw[len(start.raw) :]
        whole = self._whole.get(start.kind)
        if whole is not None and (seen := whole.get(after)) is not None:
            return Found(seen, start)
        for prefix, suffix, shape in self._growing.get(start.kind, ()):
            if after.startswith(prefix) and after.endswith(suffix) and len(after) > len(prefix) + len(suffix):
                try:
                    text = _string(after[len(prefix) : -len(suffix)])
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    return None
                return Found(shape, start, text, (start.raw + prefix, suffix))
        return None

    def learn(
        self, frame: Frame, tree: dict[str, Any], seen: Seen, template: Template | None, depth: int
    ) -> None:
        """Keep an event's shape. ``template``: what is known of its growing string; None: nothing grows in it."""
        raw = frame.raw
        if (
            len(raw) > LONGEST
            or not frame.plain
            or frame.name
            or (start := _start(raw)) is None
            or not _proved(raw, start, tree, seen, depth)
        ):
            return
        if self._count >= MOST:
            self._whole.clear()
            self._growing.clear()
            self._count = 0
        kept, after = _wordless(seen), raw[len(start.raw) :]
        if template is None:
            self._whole.setdefault(start.kind, {})[after] = kept
        elif (at := len(template.prefix) - len(start.raw)) >= 0:
            self._growing.setdefault(start.kind, []).append((after[:at], template.suffix, kept))
        self._count += 1


class Known:
    """What answers teach of those after them."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.clean: set[str] = set()
        """Short strings that answers repeat and the guard has found clean."""
        self.shapes = Shapes()


def _start(raw: bytes) -> Start | None:
    name = _ID.search(raw)
    if name is None or (created := _CREATED.search(raw, name.end())) is None:
        return None
    start, end = name.span(1)
    begun, done = created.span(1)
    return Start(raw[:done], (raw[:start], raw[end:begun]), raw[start:end].decode(), int(raw[begun:done]))


def _proved(raw: bytes, start: Start, tree: dict[str, Any], seen: Seen, depth: int) -> bool:
    """Whether what was cut out are the event's own id and time, and nothing else."""
    ids = [piece.text for piece in seen.fixed if piece.path == ID]
    if len(ids) != 1 or tree.get("id") != start.name:
        return False
    before, between = start.kind
    probe = b"".join((before, _PROBE, between, _PROBE_AT, raw[len(start.raw) :]))
    data = sse.parse(probe).data or b""
    try:
        probed = strict.read(data, depth=depth, values=len(data))
    except strict.Malformed:
        return False
    return bool(probed == {**tree, "id": _PROBE.decode(), "created": int(_PROBE_AT)})


def _wordless(seen: Seen) -> Seen:
    """What was read, less what the model said and whose answer it was."""
    head = {name: value for name, value in seen.head.items() if name == "model"}
    return seen._replace(
        fixed=tuple([piece for piece in seen.fixed if piece.path != ID]),
        growing=tuple([piece._replace(text="") for piece in seen.growing]),
        head=head,
    )
