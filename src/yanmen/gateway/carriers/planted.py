"""One call with a text planted in one place of it, or of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

JSON = "application/json"
EVENTS = "text/event-stream"
SIZE = 7
"""Characters that one event of a stream brings: what is planted is always cut."""
Way = Literal["request", "answer", "stream"]


class Planted(NamedTuple):
    """A call, and what the model says to it."""

    surface: str
    way: Way
    """Where the text is: in the request, in an answer, in a streamed answer."""
    carrier: str
    """``system``, ``user``, ``tool result``, ``content`` …: alike on all surfaces where it means the same."""
    path: str
    body: bytes
    answer: bytes
    method: str = "POST"
    kind: str = JSON
    """Of the body."""
    answers: str = JSON
    """Media type of the answer."""

    @property
    def name(self) -> str:
        """``request system`` …, as the self-test says it."""
        return f"{self.way} {self.carrier}"


Carriers = Callable[[str], Iterator[Planted]]
"""All carriers of one surface, with a text planted in each."""
encode = msgspec.json.encode


class Surface(NamedTuple):
    """What the calls of one surface have in common."""

    name: str
    path: str
    fine: bytes
    """An answer with nothing in it."""

    def request(self, carrier: str, tree: Any) -> Planted:
        """A request that carries the text."""
        return Planted(self.name, "request", carrier, self.path, encode(tree), self.fine)

    def answer(self, carrier: str, asked: Any, tree: Any) -> Planted:
        """An answer that carries it."""
        return Planted(self.name, "answer", carrier, self.path, encode(asked), encode(tree))

    def stream(self, carrier: str, asked: Any, events: Iterable[bytes], kind: str = EVENTS) -> Planted:
        """A stream that carries it."""
        return Planted(self.name, "stream", carrier, self.path, encode(asked), b"".join(events), answers=kind)


def pieces(text: str) -> Iterator[str]:
    """A text as deltas bring it."""
    for at in range(0, len(text), SIZE):
        yield text[at : at + SIZE]


def event(tree: Any, *, named: bool = False) -> bytes:
    """A server-sent event; ``named`` by its type."""
    name = f"event: {tree['type']}\n".encode() if named else b""
    return name + b"data: " + encode(tree) + b"\n\n"


def spelt(text: str) -> str:
    """A text in JSON escapes."""
    return "".join(f"\\u{unit:04x}" for unit in _units(text))


def _units(text: str) -> Iterator[int]:
    data = text.encode("utf-16-be")
    for at in range(0, len(data), 2):
        yield int.from_bytes(data[at : at + 2])
