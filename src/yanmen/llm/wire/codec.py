"""What each API surface must be able to say of its requests and answers, so that the door judges all of them alike.

A surface is one subclass of Codec and one row in the gateway's table of surfaces. Everything here is pure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from yanmen.core.nouns import Role, Text, Unexamined
from yanmen.llm.wire.framing import Framing
from yanmen.llm.wire.places import Cut, rewrite
from yanmen.llm.wire.sse import EVENTS
from yanmen.llm.wire.tokens import estimate
from yanmen.llm.wire.unescaped import Way, layered, view_of

JSON = "application/json"
PLACES: Mapping[str, str] = {"/model": "model", "/user": "user"}
"""Where a request names its model and its user, on most surfaces."""


class Image(NamedTuple):
    """An image in a request, which its texts say nothing of."""

    url: str
    """A data URL, the address of an image, or whatever stands there."""
    part: str
    """JSON pointer to the string."""
    role: Role
    unexamined: Unexamined
    """What ``Request.unexamined`` says of it; it holds unless somebody reads the image."""


class Request(NamedTuple):
    """A request that is well formed."""

    tree: dict[str, Any]
    model: str
    stream: bool
    user: str
    texts: tuple[Text, ...]
    unexamined: tuple[Unexamined, ...]
    viewed: frozenset[str]
    """Parts whose text was taken with JSON escapes resolved (see ``unescaped``)."""
    images: tuple[Image, ...] = ()
    max_tokens: int | None = None
    """The most tokens that one answer may have, as the request says; None: it does not say."""
    choices: int = 1
    """How many answers are asked for."""
    named: Mapping[str, str] = PLACES
    """The parts where ``model`` and ``user`` stand."""
    kind: str = JSON
    """The media type that the model is told."""
    refers: tuple[str, ...] = ()
    """Ids of what the model's server keeps from earlier calls: they must be the caller's own."""

    @property
    def tokens(self) -> int:
        """An estimate of the prompt's tokens."""
        return sum(estimate(text.text) for text in self.texts if text.role != "field")


class Piece(NamedTuple):
    """One string of an answer or of one of its events."""

    path: str
    """Where it stands in this event; for strings below ``logprobs`` the pointer of ``logprobs`` itself."""
    part: str
    """Where it stands in the answer put together: what the findings are about."""
    text: str
    grows: bool
    """Whether the next event's string for the same part goes on where this one ends."""
    group: str
    """Events of one group keep their order; nothing: outside any choice's text."""


class Usage(NamedTuple):
    """Tokens, as the upstream counts them; None: it did not say."""

    prompt: int | None
    answer: int | None
    cached: int | None = None
    """Of the prompt's, those that were read from a cache."""


class Seen(NamedTuple):
    """An event that was read: all that is to be known of it."""

    fixed: tuple[Piece, ...]
    """Its strings that arrive whole. Those with a group may come in pieces all the same: they are judged with what came before."""
    growing: tuple[Piece, ...]
    """Its pieces of texts that grow."""
    groups: frozenset[str] | None
    """The groups whose order it keeps; None: it stands between all before it and all behind it."""
    head: Mapping[str, Any] = {}
    """The answer's id, time and model, as far as it says them."""
    usage: Usage | None = None
    note: Any = None
    """What the surface's Ending is to know of it once it has left; None: nothing."""
    again: tuple[Piece, ...] = ()
    """Strings that say a whole growing text once more. One that differs from what came is judged by itself."""
    closes: tuple[str, ...] = ()
    """Parts whose text is whole with this event (a part that ends in ``/`` means all below it); nothing of them may come after."""
    done: bool = False
    """Whether the stream ends with it."""
    unexamined: tuple[Unexamined, ...] = ()
    """What of it could not be judged."""


class Whole(NamedTuple):
    """What there is to judge in an answer that is not a stream."""

    texts: tuple[Text, ...]
    viewed: frozenset[str] = frozenset()
    """Parts that were taken with JSON escapes resolved."""
    unexamined: tuple[Unexamined, ...] = ()


class Said(NamedTuple):
    """What the door says in the place of an answer, before it has a shape."""

    call: str
    """The call's id."""
    at: int
    """Seconds since 1970."""
    model: str
    """What the caller asked for; nothing where it is not known."""
    status: int = 200
    code: str = ""
    message: str = ""
    param: str | None = None
    decision: str = ""


class Left(Protocol):
    """An event that has left: Seen, or what is known of its shape."""

    @property
    def head(self) -> Mapping[str, Any]:
        """The answer's id, time and model."""


class Ending(Protocol):
    """What has left of one streamed answer, as far as its end must fit to it."""

    def take(self, note: Any, left: Left) -> None:
        """An event with this note has left. ``left`` has no head where something was cut out of it."""

    def lost(self, note: Any) -> None:
        """An event with this note will not leave: the stream was stopped before."""

    def closing(self, said: Said, safe: str) -> bytes:
        """The end of a stream that policy stops, framed, its end mark included. ``safe``: the operator's words, or nothing."""


class Codec(ABC):
    """How one surface's requests are read, and its answers read and written. Without state: one serves all calls."""

    speaks = "openai"
    """The family of surfaces that its upstream must speak."""
    framing: Framing = EVENTS
    mark: bytes = b""
    """Data of the event that ends a stream and is not JSON; nothing: there is none."""
    named = False
    """Whether an event's name repeats its ``type``. Else a name is a note to be judged."""
    others: tuple[str, ...] = ()
    """Media types beside JSON that an answer of success may have, as beginnings; texts are read, the rest could not be judged."""
    writes = True
    """Whether its answers are written by a model, so that they are as long as the request lets them be."""
    repeats = False
    """Whether its streams say a growing text once more when it is whole: it is then kept to be compared."""

    # Requests.

    @abstractmethod
    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a body; ``kind`` is its content type. Malformed, with ``wrong-shape`` where it is no request of this surface."""

    def written(self, request: Request, tree: dict[str, Any]) -> bytes:
        """The body again, of a tree that was changed."""
        del request
        return msgspec.json.encode(tree)

    def view(self, text: str, part: str) -> tuple[str, Way | None]:
        """A string of a request as it is judged, and the way back to its own characters."""
        return layered(text, is_json=self.is_json(part))

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """The request with a bound on the tokens of each answer. As it is where the surface knows none."""
        del tokens
        return tree

    def counted(self, tree: dict[str, Any]) -> dict[str, Any]:
        """The request so that its stream says its usage. As it is where streams say it anyhow."""
        return tree

    def renamed(self, tree: dict[str, Any], model: str) -> dict[str, Any]:
        """The request with another model's name."""
        return {**tree, "model": model}

    # Answers.

    @abstractmethod
    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Read an event of a stream, and what it is called."""

    def lean(self, body: bytes) -> bytes:
        """An answer that is not a stream, less what nobody could read in it: it need not be decoded."""
        return body

    @abstractmethod
    def whole(self, tree: dict[str, Any]) -> Whole:
        """Read an answer that is not a stream, or an error of the upstream."""

    @abstractmethod
    def role(self, part: str) -> Role:
        """Who says what stands at a part of an answer: ``assistant`` or ``field``."""

    def is_json(self, part: str) -> bool:
        """Whether the text at a part is JSON inside a string."""
        return part.endswith("/arguments")

    def sealed(self, part: str) -> bool:
        """Whether the text at a part is signed: it passes whole or not at all, with nothing cut out of it or put back."""
        del part
        return False

    def cut(
        self, tree: dict[str, Any], cuts: Mapping[str, list[Cut]], viewed: frozenset[str]
    ) -> dict[str, Any] | None:
        """An answer, or an event, without what is cut and without what would repeat it. The tree is the callee's to change.

        None: it cannot stand without that (whole answers only). The last event of a stream of which anything was cut comes
        here too, if only with nothing to cut.
        """
        fresh: dict[str, Any] = rewrite(tree, cuts, viewed)
        return fresh

    @abstractmethod
    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """The tokens that an answer, or an event, says."""

    # What the door says itself.

    @abstractmethod
    def ending(self) -> Ending:
        """For a stream that begins."""

    @abstractmethod
    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """An answer that says ``safe`` in the place of the model's."""

    @abstractmethod
    def error(self, said: Said) -> dict[str, Any]:
        """An error as the clients of this surface take it."""

    def status(self, status: int) -> int:
        """The HTTP status that an error of this status is said with."""
        return status

    def error_headers(self, said: Said) -> list[tuple[bytes, bytes]]:
        """What its errors say in headers, beside what all do."""
        del said
        return []

    def broken(self, said: Said) -> bytes:
        """An error within a stream, framed."""
        return self.framing.event(msgspec.json.encode(self.error(said)))


def texts_of(codec: Codec, pieces: list[Piece]) -> Whole:
    """The pieces of a whole answer as texts, each by its own place."""
    found: list[Text] = []
    viewed: set[str] = set()
    for piece in pieces:
        text = piece.text
        if codec.is_json(piece.part):
            text, view = view_of(text)
            if view is not None:
                viewed.add(piece.path)
        if text:
            role = codec.role(piece.part)
            found.append(Text(text=text, role=role, trust="untrusted", part=piece.path))
    return Whole(tuple(found), frozenset(viewed))
