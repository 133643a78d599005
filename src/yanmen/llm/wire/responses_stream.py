"""The events of a streamed response: which text each goes on with, which it says once more, and how a stopped stream ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from yanmen.llm.wire.answers import listed_tokens
from yanmen.llm.wire.codec import Codec, Left, Piece, Said, Seen
from yanmen.llm.wire.framing import Framing
from yanmen.llm.wire.generic import ORDER, Strings, unread
from yanmen.llm.wire.requests import is_base64

GROUPS = frozenset({ORDER})
LAST = frozenset({"response.completed", "response.failed", "response.incomplete", "response.cancelled"})
"""Types of events that end a stream."""
KEPT = ("id", "created_at", "model")
"""What the end of a stopped response says of it."""
_TYPE = re.compile(r"[a-z_.]{1,80}", re.ASCII)
_FIELDS = {
    "output_text": "text",
    "refusal": "refusal",
    "function_call_arguments": "arguments",
    "mcp_call_arguments": "arguments",
    "custom_tool_call_input": "input",
    "code_interpreter_call_code": "code",
    "reasoning_summary_text": "text",
    "reasoning_text": "text",
    "audio.transcript": "transcript",
}
"""What grows by each kind of delta."""
_GROWN = frozenset({*_FIELDS.values(), "output"})
"""Fields of items and parts that may have grown before."""
_TEXT = re.compile(r"/output/(\d+)/content/(\d+)")
_PLACES = (("output_index", "/output"), ("content_index", "/content"), ("summary_index", "/summary"))


def read_event(codec: Codec, tree: dict[str, Any], name: str) -> Seen:
    """Read an event. What it is called is its type, where it says none."""
    kind = tree.get("type", name)
    kind = kind if type(kind) is str else ""
    below, _, last = kind.removeprefix("response.").rpartition(".")
    place = _place(tree)
    read = _Event(tree, place)
    if last == "delta":
        read.delta(_FIELDS.get(below, below), "delta")
    elif last == "done" and below in _FIELDS:
        read.again_at(_FIELDS[below], place)
    elif "part" in tree:
        read.tree("part", place, whole=last == "done")
    elif "item" in tree:
        read.tree("item", place, whole=last == "done")
    elif "response" in tree:
        read.response()
    read.rest()
    response = tree.get("response")
    head = response if type(response) is dict else {}
    number = tree.get("sequence_number")
    return Seen(
        fixed=tuple(read.walk.pieces),
        growing=tuple(read.growing),
        groups=GROUPS,
        head=head,
        usage=codec.usage(head),
        note=(kind, number if type(number) is int else 0, place, tree.get("item_id")),
        again=tuple(read.again),
        closes=tuple(read.closes),
        done=kind in LAST,
        unexamined=tuple(read.walk.unexamined),
    )


class _Event:
    """Gathers the strings of one event."""

    def __init__(self, tree: dict[str, Any], place: str) -> None:
        self.walk = Strings()
        self.growing: list[Piece] = []
        self.again: list[Piece] = []
        self.closes: list[str] = []
        self._tree, self._place = tree, place
        self._taken = {"type"}

    def delta(self, field: str, key: str) -> None:
        """A text goes on."""
        self._taken.add(key)
        text, part = self._tree.get(key), f"{self._place}/{field}"
        if type(text) is str and field == "audio" and is_base64(text):
            self.walk.unexamined.append(unread(text, part, "audio"))
        elif type(text) is str:
            self.growing.append(Piece(f"/{key}", part, text, grows=True, group=ORDER))
        else:
            self.walk.member(key, text, "", self._place)
        self.tokens(text, part)

    def tokens(self, text: Any, part: str) -> None:
        """Tokens joined, as one text; nothing where they only repeat the text."""
        if "logprobs" not in self._tree:
            return
        self._taken.add("logprobs")
        found: dict[str, list[str]] = {}
        listed_tokens(self._tree["logprobs"], f"{part}/logprobs", found)
        for name, tokens in found.items():
            said = "".join(tokens)
            if said and not (said == text and name.endswith("/token")):
                self.growing.append(Piece("/logprobs", name, said, grows=True, group=ORDER))

    def again_at(self, field: str, place: str) -> None:
        """A text is whole, and said once more."""
        part = f"{place}/{field}"
        self.closes.append(part)
        text = self._tree.get(field)
        if type(text) is str:
            self._taken.add(field)
            self.again.append(Piece(f"/{field}", part, text, grows=False, group=""))
        if "logprobs" in self._tree:  # they were judged as they came
            self.tokens(text, f"{part}/whole")

    def tree(self, key: str, place: str, *, whole: bool) -> None:
        """An item or a part of one, begun or whole."""
        self._taken.add(key)
        if whole:
            self.closes.append(f"{place}/")
        self._nested(self._tree[key], f"/{key}", place)

    def response(self) -> None:
        """The response as it stands."""
        self._taken.add("response")
        response = self._tree["response"]
        if type(response) is not dict:
            self.walk.any(response, "/response", "/response")
            return
        for key, value in response.items():
            if key == "output":
                self._nested(value, "/response/output", "/output")
            else:
                self.walk.member(key, value, "/response", "")

    def rest(self) -> None:
        """What stands beside."""
        for key, value in self._tree.items():
            if key == "type" and type(value) is str and not _TYPE.fullmatch(value):
                self.walk.any(value, "/type", "/type")
            elif key not in self._taken:
                self.walk.member(key, value, "", self._place)

    def _nested(self, node: Any, path: str, part: str) -> None:
        """Strings of which some have come before, as deltas."""
        found = Strings()
        found.any(node, path, part)
        self.walk.unexamined += found.unexamined
        for piece in found.pieces:
            field = piece.part.rpartition("/")[2]
            (self.again if field in _GROWN else self.walk.pieces).append(piece)


class ResponsesEnding:
    """What of a response has left, and where its text stands open."""

    def __init__(self, framing: Framing) -> None:
        """Nothing has left."""
        self._framing = framing
        self._head: Mapping[str, Any] = {}
        self._number = -1
        self._open: tuple[int, int, Any] | None = None

    def take(self, note: Any, left: Left) -> None:
        """An event has left."""
        kind, number, place, item = note
        self._number = max(self._number, number)
        if left.head:
            self._head = {name: left.head[name] for name in KEPT if name in left.head}
        if kind == "response.output_text.delta" and (found := _TEXT.fullmatch(place)):
            self._open = int(found[1]), int(found[2]), item
        elif kind == "response.output_text.done":
            self._open = None

    def lost(self, note: Any) -> None:
        """What was dropped has no end to be said."""

    def closing(self, said: Said, safe: str) -> bytes:
        """``response.incomplete`` by a content filter; ``safe`` goes on with the text that stands open."""
        out = b""
        if safe and self._open is not None:
            output, content, item = self._open
            out += self._event({
                "type": "response.output_text.delta", "item_id": item, "output_index": output,
                "content_index": content, "delta": safe, "logprobs": [],
            })  # fmt: skip
        head = self._head or {"id": f"resp_{said.call}", "created_at": said.at, "model": said.model}
        return out + self._event({"type": "response.incomplete", "response": incomplete(head, said, safe)})

    def _event(self, tree: dict[str, Any]) -> bytes:
        self._number += 1
        return self._framing.event(
            msgspec.json.encode({**tree, "sequence_number": self._number}), name=tree["type"]
        )


def incomplete(head: Mapping[str, Any], said: Said, safe: str) -> dict[str, Any]:
    """A response that a content filter ended; the decision's id says that the model did not write what it says."""
    message = {
        "id": f"msg_{said.call}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete",
        "content": [{"type": "output_text", "text": safe, "annotations": [], "logprobs": []}],
    }
    return {
        "object": "response",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        **head,
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "error": None,
        "output": [message] if safe else [],
        **({"decision": said.decision} if said.decision else {}),
    }


def _place(tree: dict[str, Any]) -> str:
    """Where in the response an event stands, by the numbers it gives."""
    return "".join(f"{name}/{tree[key]}" for key, name in _PLACES if type(tree.get(key)) is int)
