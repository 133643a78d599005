"""Anthropic's messages answer: every string in it, whole or as an event of a stream, and which block it is a piece of."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from yanmen.llm.wire.codec import Usage
from yanmen.llm.wire.messages import NAMES, SIGNED
from yanmen.llm.wire.pieces import Pieces
from yanmen.llm.wire.places import escaped
from yanmen.llm.wire.requests import is_sealed

KEYS = NAMES.keys | frozenset(
    """
    cache_creation cache_creation_input_tokens cache_read_input_tokens capabilities category citation content_block created_at
    delta display_name ephemeral_1h_input_tokens ephemeral_5m_input_tokens explanation first_id has_more input_tokens
    last_id max_input_tokens output_tokens output_tokens_details partial_json request_id server_tool_use
    thinking_tokens usage
    """.split()
)
VALUES = NAMES.values | frozenset(
    """
    batch citations_delta content_block_delta content_block_start content_block_stop input_json_delta message_delta
    message_start message_stop model_context_window_exceeded pause_turn ping priority signature_delta standard
    text_delta thinking_delta
    """.split()
)
_ATOMIC = frozenset({"id", "name", "type", "tool_use_id", "stop_reason", "stop_sequence"})
"""Strings of a block that arrive whole; all others of its own grow from event to event."""
_GROWN = {"partial_json": "input"}
"""Strings of deltas that go on a member of another name."""
_SEALABLE = frozenset({"signature", "data", "encrypted_content"})
_INPUT = re.compile(r"/content/\d+/input")
_SIGNED = re.compile(r"/content/\d+/(?:thinking|signature)")


class Walk(Pieces):
    """The pieces of one answer or event."""

    def __init__(self, tree: dict[str, Any]) -> None:
        """Walk the tree. Its depth is bounded already."""
        super().__init__(KEYS, VALUES)
        kind, index = tree.get("type"), tree.get("index")
        self.block = index if type(index) is int else None
        """The block that an event is of."""
        group = f"/content/{self.block}"
        for key, value in tree.items():
            if key in {"content_block", "delta"} and self.block is not None:
                self._block(value, f"/{key}", group, group)
            elif key == "message" and kind == "message_start" and type(value) is dict:
                self._message(value, "/message")
            elif key == "content":
                self._content(value, "")
            else:
                self.member(key, value, "", "")

    def _message(self, message: dict[str, Any], at: str) -> None:
        for key, value in message.items():
            if key == "content":
                self._content(value, at)
            else:
                self.member(key, value, at, "")

    def _content(self, content: Any, at: str) -> None:
        if type(content) is list:
            for position, block in enumerate(content):
                self._block(block, f"{at}/content/{position}", f"/content/{position}", "")
        else:
            self.any(content, f"{at}/content", "/content")

    def _block(self, block: Any, path: str, part: str, group: str) -> None:
        """A block, the beginning of one, or what comes of it. ``group``: nothing where the block is whole."""
        if type(block) is not dict:
            self.any(block, path, part, group)
            return
        for key, value in block.items():
            if key in _SEALABLE and type(value) is str and is_sealed(value):
                continue
            if group and type(value) is str and key not in _ATOMIC:
                self.key(key, path, group)
                name = _GROWN[key] if key in _GROWN else escaped(key)
                self.grown(value, f"{path}/{escaped(key)}", f"{part}/{name}", group)
            elif key == "content" and type(value) is list:
                for position, found in enumerate(value):
                    self._found(found, f"{path}/content/{position}", f"{part}/content/{position}", group)
            else:
                self.member(key, value, path, part, group)

    def _found(self, found: Any, path: str, part: str, group: str) -> None:
        """One thing that a tool of the provider's found; a cipher in it is the provider's own."""
        for key, value in found.items() if type(found) is dict else ():
            if not (key in _SEALABLE and type(value) is str and is_sealed(value)):
                self.member(key, value, path, part, group)
        if type(found) is not dict:
            self.any(found, path, part, group)


def is_json(part: str) -> bool:
    """Whether the text at a part is JSON inside a string: what a tool is called with, as it grows."""
    return _INPUT.fullmatch(part) is not None


def sealed(part: str) -> bool:
    """Whether the text at a part is signed, and so leaves as it is or not at all."""
    return _SIGNED.fullmatch(part) is not None


def without_signed(tree: dict[str, Any], cuts: Collection[str]) -> dict[str, Any] | None:
    """A whole answer without the signed blocks in which something is cut; None where it cannot do without them.

    A call of a tool goes back with the thinking before it: an answer that calls one stands with its thinking or not at all.
    """
    content = tree.get("content")
    if type(content) is not list:
        return tree
    kept = [block for number, block in enumerate(content) if not _broken(block, f"/content/{number}/", cuts)]
    if len(kept) == len(content):
        return tree
    if any(type(block) is dict and block.get("type") == "tool_use" for block in kept):
        return None
    return {**tree, "content": kept}


def _broken(block: Any, below: str, cuts: Collection[str]) -> bool:
    """Whether something is cut out of a signed block."""
    signed = type(block) is dict and block.get("type") in SIGNED
    return signed and any(part.startswith(below) for part in cuts)


def usage(tree: dict[str, Any]) -> Usage | None:
    """Prompt and completion tokens, as an answer or event says them; what caches held is of the prompt."""
    said = tree.get("usage")
    if said is None and type(message := tree.get("message")) is dict:
        said = message.get("usage")
    if said is None and "input_tokens" in tree:  # an answer of count_tokens
        said = tree
    if type(said) is not dict:
        return None
    completion, cached = _count(said, "output_tokens"), _count(said, "cache_read_input_tokens")
    prompt = _count(said, "input_tokens")
    if prompt is not None:
        prompt += (cached or 0) + (_count(said, "cache_creation_input_tokens") or 0)
    return Usage(prompt, completion, cached)


def _count(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if type(value) is int else None
