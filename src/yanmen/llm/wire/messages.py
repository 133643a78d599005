"""Anthropic's messages request: its shape, and every string in it with who said it and how far it is trusted.

Also ``/v1/messages/count_tokens``, which is the same without an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import Image, Request
from yanmen.llm.wire.names import KEYS as SCHEMA
from yanmen.llm.wire.names import VALUES as WORDS
from yanmen.llm.wire.requests import FIELD, Take, Who
from yanmen.llm.wire.strict import Malformed

NAMES = requests.Names(
    fields="""
    cache_control container content context_management diagnostics inference_geo input max_tokens mcp_servers messages
    metadata model name output_config output_format role service_tier signature source speed stop_sequences stream
    system temperature thinking tool_choice tool_use_id tools top_k top_p type user_id
    """.split(),
    others=SCHEMA
    | frozenset(
        """
        allowed_callers allowed_domains blocked_domains budget_tokens caller citations cited_text context data
        defer_loading disable_parallel_tool_use display display_height_px display_number display_width_px
        document_index document_title effort enabled encrypted_content encrypted_index end_block_index end_char_index
        end_page_number ephemeral input_schema is_error max_uses media_type page_age start_block_index start_char_index
        start_page_number stop_details stop_reason stop_sequence ttl user_location
        """.split()
    ),
    values=WORDS
    | frozenset(
        """
        adaptive any base64 content disabled document enabled end_turn ephemeral image max_tokens message refusal
        redacted_thinking search_result server_tool_use standard_only stop_sequence thinking tool_result tool_use url
        web_fetch_tool_result web_search_result web_search_tool_result
        application/pdf image/gif image/jpeg image/png image/webp text/plain 1h 5m
        """.split()
    ),
)
_SPEAKERS: Mapping[str, Who] = {
    "system": ("system", "operator"),
    "user": ("user", "user"),
    "assistant": ("assistant", "untrusted"),
}
_RESULT: Who = ("tool", "untrusted")
SIGNED = frozenset({"thinking", "redacted_thinking"})
"""Types of blocks that their maker has signed or sealed: whole or not at all."""


def request(raw: bytes, *, depth: int, values: int) -> Request:
    """Read a request. Raise Malformed for broken JSON, and with ``wrong-shape`` when it is not a messages request."""
    tree = requests.body(raw, NAMES, depth=depth, values=values)
    model = requests.required(tree, "model")
    stream = requests.typed(tree, "stream", bool, False)
    metadata = requests.typed(tree, "metadata", dict, {})
    user = requests.typed(metadata, "user_id", str, "")
    walk = _Walk(NAMES)
    if (system := tree.get("system")) is not None:
        walk.take(system, "/system", _SPEAKERS["system"])
    for part, message in requests.each(requests.listed(tree, "messages"), "/messages"):
        walk.message(message, part)
    walk.members(tree, "", but={"messages": None, "system": None})
    return walk.request(
        tree,
        model=model,
        stream=stream,
        user=user,
        max_tokens=requests.typed(tree, "max_tokens", int, None),
        named={"/model": "model", "/metadata/user_id": "user"},
    )


class _Walk(requests.Walk):
    """Gathers every string of a messages request."""

    def message(self, message: dict[str, Any], part: str) -> None:
        """A message: who said it, and what."""
        self.names.exact(message)
        speaker = message.get("role")
        if type(speaker) is not str:
            raise Malformed("wrong-shape", f"{part}/role must be a string")
        if message.get("content") is None:
            raise Malformed("wrong-shape", f"{part}/content must be a string or a list of blocks")
        self.members(message, part, but={"content": self.content(_SPEAKERS.get(speaker, FIELD))})

    def take(self, content: Any, part: str, who: Who) -> None:
        """A string or blocks."""
        if type(content) is str:
            self.said(content, part, *who)
        elif type(content) is list:
            for below, block in requests.each(content, part):
                self.block(block, below, who)
        elif content is not None:
            raise Malformed("wrong-shape", f"{part} must be a string or a list of blocks")

    def content(self, who: Who) -> Take:
        """Takes a string or blocks, said by one."""
        return lambda content, part: self.take(content, part, who)

    def said_by(self, who: Who) -> Take:
        """Takes whatever is there, said by one."""
        return lambda value, part: self.any(value, part, *who)

    def block(self, block: dict[str, Any], part: str, who: Who) -> None:
        """One block. What a tool or a document brought is nobody's word, whoever sends it on."""
        self.names.exact(block)
        kind = block.get("type")
        if type(kind) is not str:
            raise Malformed("wrong-shape", f"{part}/type must be a string")
        if kind == "tool_result":
            self.members(block, part, but={"content": self.content(_RESULT)})
        elif kind.endswith("tool_use"):
            self.members(block, part)
        elif kind.endswith("_tool_result") or kind == "search_result":
            self.members(block, part, _RESULT, {"content": self._found})
        elif kind == "image":
            self.members(block, part, but={"source": self._source("image", who)})
        elif kind == "document":
            document = (who[0], _RESULT[1])
            self.members(block, part, document, {"source": self._source("file", document)})
        elif kind == "thinking":
            self.members(block, part, but={"thinking": self.said_by(who), "signature": self.sealed})
        elif kind == "redacted_thinking":
            self.members(block, part, but={"data": self.sealed})
        else:
            self.members(block, part, who)

    def _found(self, content: Any, part: str) -> None:
        """What a tool of the provider's found; ciphers among it are the provider's own."""
        nodes = content if type(content) is list else [content]
        for index, node in enumerate(nodes):
            below = f"{part}/{index}" if nodes is content else part
            if type(node) is dict:
                self.members(node, below, _RESULT, {"encrypted_content": self.sealed})
            else:
                self.any(node, below, *_RESULT)

    def _source(self, kind: str, who: Who) -> Take:
        """Takes where a medium comes from: bytes, an address, a file's id, or plain text, which is read."""

        def take(source: Any, part: str) -> None:
            if type(source) is not dict:
                raise Malformed("wrong-shape", f"{part} must be an object")
            self.names.exact(source)
            how, data = source.get("type"), source.get("data")
            if how == "text":
                self.members(source, part, but={"data": self.said_by(who)})
            elif how == "content":
                self.members(source, part, but={"content": self.content(who)})
            else:
                self.members(source, part, but={"data": self.payload})
                unexamined = self.media(str(data or source.get("url") or source.get("file_id")), part, kind)
                if kind == "image" and how == "base64":
                    url = f"data:{source.get('media_type')};base64,{data}"
                    self.images.append(Image(url, part, who[0], unexamined))

        return take


def without_changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A request that was changed, less the signed blocks that were: what may not go on as it stands goes not at all."""
    messages = []
    for old, new in zip(before["messages"], after["messages"], strict=True):
        content = new["content"]
        if type(content) is list:
            pairs = zip(old["content"], content, strict=True)
            content = [block for was, block in pairs if block["type"] not in SIGNED or block == was]
        if content or not new["content"]:
            messages.append({**new, "content": content})
    return {**after, "messages": messages}
