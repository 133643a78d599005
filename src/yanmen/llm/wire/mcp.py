"""MCP's messages (JSON-RPC 2.0), read strictly: every string, the tools that a server describes, and errors in its shape."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from yanmen.core.nouns import Text, Unexamined
from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import Image
from yanmen.llm.wire.names import KEYS as SCHEMA
from yanmen.llm.wire.names import VALUES as WORDS
from yanmen.llm.wire.places import Cut, rewrite
from yanmen.llm.wire.requests import FIELD, Take, Who
from yanmen.llm.wire.strict import Malformed, no_variants, read

Kind = Literal["request", "notification", "result", "error"]
Tree = dict[str, Any]
SERVER: Who = ("tool", "untrusted")
"""Who says what a tool or a resource brought."""
BROUGHT = ("content", "contents", "structuredContent")
"""Members of results that hold it."""
MOST = 64
"""Messages of one batch."""
LONGEST = 128
"""Characters of an id or a method's name."""
BODY = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
NAMES = requests.Names(
    fields=BODY,
    others=SCHEMA
    | frozenset(
        """
        _meta annotations argument arguments audience blob cacheScope capabilities clientInfo completion completions
        content context contents cursor destructiveHint elicitation experimental extensions form hasMore hint icons
        idempotentHint includeContext inputSchema instructions lastModified level limit listChanged logger logging
        maxTokens messages mimeType modelPreferences nextCursor openWorldHint outputSchema priority progress
        progressToken prompt prompts protocolVersion readOnlyHint ref relatedTask requestId requestedSchema resource
        resourceTemplates resources resultType root roots sampling serverInfo sizes src stopReason structuredContent
        subscribe supportedVersions systemPrompt task tasks theme tools ttlMs uri uriTemplate uris url values version
        websiteUrl isError execution taskSupport toolChoice additionalItems prefixItems contentEncoding $comment
        """.split()
    ),
    values=WORDS
    | frozenset(
        """
        2.0 2024-11-05 2025-03-26 2025-06-18 2025-11-25 2026-07-28 accept cancel complete critical debug decline
        endTurn form image info initialize input_required maxTokens notice optional forbidden required private public
        ping ref/prompt ref/resource resource resource_link toolUse text/plain application/json warning
        completion/complete elicitation/create logging/setLevel notifications/cancelled notifications/initialized
        notifications/message notifications/progress notifications/prompts/list_changed
        notifications/resources/list_changed notifications/resources/updated notifications/roots/list_changed
        notifications/tools/list_changed prompts/get prompts/list resources/list resources/read resources/subscribe
        resources/templates/list resources/unsubscribe roots/list sampling/createMessage server/discover tools/call
        tools/list https://json-schema.org/draft/2020-12/schema http://json-schema.org/draft-07/schema#
        """.split()
    ),
)
_UNPINNED = frozenset({"_meta", "icons"})
"""Members of a tool that no model reads."""
_SEALED = re.compile(r"=\?base64\?(?P<payload>.*)\?=")
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


class Message(NamedTuple):
    """One message."""

    at: str
    """Where it stands in the body: nothing, or ``/N`` in a batch."""
    tree: Tree
    kind: Kind

    @property
    def id(self) -> str | int | None:
        """What an answer to it must name; None: there is to be none."""
        return self.tree.get("id")

    @property
    def method(self) -> str:
        """What is asked for; nothing where it is an answer."""
        return str(self.tree.get("method", ""))

    @property
    def called(self) -> str:
        """The tool that it calls, or nothing."""
        params = self.tree.get("params")
        return params["name"] if self.method == "tools/call" and type(params) is dict else ""


class Body(NamedTuple):
    """What one request, one answer or one event of a stream holds."""

    tree: Any
    messages: tuple[Message, ...]

    @property
    def batch(self) -> bool:
        """Whether it is a list."""
        return type(self.tree) is list


class Tool(NamedTuple):
    """A tool as a server describes it."""

    name: str
    digest: str
    """SHA-256 in hex over all that a model or a client may go by: name, title, description, schemas, hints."""
    at: str
    """Where it stands."""


class Said(NamedTuple):
    """What there is to judge in messages."""

    texts: tuple[Text, ...]
    unexamined: tuple[Unexamined, ...]
    images: tuple[Image, ...]
    viewed: frozenset[str]


def body(raw: bytes, *, depth: int, values: int) -> Body:
    """Read messages. Raise Malformed, with ``wrong-shape`` where they are none."""
    tree = read(raw, depth=depth, values=values)
    if type(tree) is dict or type(tree) is list:
        no_variants(tree, NAMES.keys)
    if type(tree) is not list:
        return Body(tree, (_message(tree, ""),))
    if not 0 < len(tree) <= MOST:
        raise Malformed("wrong-shape", f"a batch must have 1 to {MOST} messages")
    return Body(tree, tuple(_message(one, f"/{index}") for index, one in enumerate(tree)))


def _message(tree: Any, at: str) -> Message:
    """One message, if it is one: exactly the members of its kind, and an id that can be answered."""
    if type(tree) is not dict or tree.get("jsonrpc") != "2.0":
        raise Malformed("wrong-shape", f"{at or 'the body'} must be a message of JSON-RPC 2.0")
    if odd := set(tree) - BODY:
        raise Malformed("wrong-shape", f"{min(odd)[:40]!a} is no member of a message")
    if "method" in tree:
        kind: Kind = "request" if "id" in tree else "notification"
        _method(tree)
    else:
        kind = "error" if "error" in tree else "result"
        _answer(tree)
    identity = tree.get("id")
    known = type(identity) is int or (type(identity) is str and len(identity) <= LONGEST)
    if kind != "notification" and not known and not (kind == "error" and identity is None):
        raise Malformed("wrong-shape", "id must be a string or a whole number")
    return Message(at, tree, kind)


def _method(tree: Tree) -> None:
    method, params = tree["method"], tree.get("params", {})
    if type(method) is not str or not 0 < len(method) <= LONGEST:
        raise Malformed("wrong-shape", "method must be a string")
    if type(params) is not dict or "result" in tree or "error" in tree:
        raise Malformed("wrong-shape", "params must be an object")
    named = _NAMED.get(method)
    if named is not None and type(params.get(named)) is not str:
        raise Malformed("wrong-shape", f"params.{named} must be a string")
    if method == "tools/call" and type(params.get("arguments", {})) is not dict:
        raise Malformed("wrong-shape", "params.arguments must be an object")


def _answer(tree: Tree) -> None:
    if "params" in tree or ("error" in tree) == ("result" in tree):
        raise Malformed("wrong-shape", "an answer has either a result or an error")
    if type(tree.get("result", tree.get("error"))) is not dict:
        raise Malformed("wrong-shape", "a result or an error must be an object")


def asked(messages: tuple[Message, ...]) -> Said:
    """Every string of a client's messages."""
    walk = _Walk(NAMES)
    for message in messages:
        walk.any(message.tree, message.at, *FIELD)
    return walk.found()


def answered(messages: tuple[Message, ...]) -> Said:
    """Every string of a server's messages.

    What a tool or a resource brought is nobody's word. How a server describes what it has tells a model what to do, as it must:
    it is judged as a caller's own words are, by whether it is an attack.
    """
    walk = _Walk(NAMES)
    for message in messages:
        result = message.tree.get("result")
        if type(result) is dict:
            walk.members(message.tree, message.at, but={"result": walk.result})
        else:
            walk.any(message.tree, message.at, *FIELD)
    return walk.found()


class _Walk(requests.Walk):
    """Gathers every string of a message. Media are told by their members, wherever they stand."""

    def found(self) -> Said:
        """All of it."""
        return Said(tuple(self.texts), tuple(self.unexamined), tuple(self.images), frozenset(self.viewed))

    def result(self, result: Tree, part: str) -> None:
        """What a server answers."""
        brought: Take = lambda value, below: self.any(value, below, *SERVER)  # noqa: E731  # one line of it
        self.members(result, part, but=dict.fromkeys(BROUGHT, brought))

    def any(self, node: Any, part: str, role: Any, trust: Any) -> None:
        """Every string below a node; base64 of a medium is none."""
        if type(node) is dict:
            kind = node.get("type") if type(node.get("type")) is str else ""
            if kind in {"image", "audio"} and type(node.get("data")) is str:
                self._medium(node, "data", str(kind), part, (role, trust))
                return
            if type(node.get("blob")) is str:
                self._medium(node, "blob", "file", part, (role, trust))
                return
        super().any(node, part, role, trust)

    def _medium(self, node: Tree, name: str, kind: str, part: str, who: Who) -> None:
        payload = node[name]
        self.members(node, part, who, {name: self.payload})
        unexamined = self.media(payload, f"{part}/{name}", kind)
        if kind == "image":
            self.images.append(Image(f"data:image;base64,{payload}", f"{part}/{name}", who[0], unexamined))


def tools(message: Message) -> list[Tool]:
    """The tools that an answer describes, whatever was asked: two of one name are two."""
    result = message.tree.get("result")
    listed = result.get("tools") if type(result) is dict else None
    found = []
    for index, tool in enumerate(listed if type(listed) is list else ()):
        if type(tool) is dict and type(tool.get("name")) is str:
            found.append(Tool(tool["name"], digest(tool), f"{message.at}/result/tools/{index}"))
    return found


def digest(tool: Tree) -> str:
    """A tool's digest: the same for the same meaning, in whatever order its members come."""
    kept = {key: value for key, value in tool.items() if key not in _UNPINNED}
    return hashlib.sha256(msgspec.json.encode(kept, order="deterministic")).hexdigest()


def without(tree: Any, places: set[str]) -> Any:
    """The body without the tools at these places."""
    if type(tree) is list:
        return [_without(one, f"/{index}", places) for index, one in enumerate(tree)]
    return _without(tree, "", places)


def _without(tree: Tree, at: str, places: set[str]) -> Tree:
    below = f"{at}/result/tools/"
    gone = {int(place.removeprefix(below)) for place in places if place.startswith(below)}
    if not gone:
        return tree
    kept = [tool for index, tool in enumerate(tree["result"]["tools"]) if index not in gone]
    return {**tree, "result": {**tree["result"], "tools": kept}}


def cut(tree: Any, spans: Mapping[str, list[Cut]], viewed: frozenset[str]) -> Any:
    """The body with spans cut."""
    return rewrite(tree, spans, viewed, requests.view)


def mirrored(message: Message, name: str, value: bytes) -> bool:
    """Whether a header (``mcp-method``, ``mcp-name``, ``mcp-param-…``) says what the message says: no two readings differ."""
    try:
        text = value.decode("ascii")
        if sealed := _SEALED.fullmatch(text):
            text = base64.b64decode(sealed["payload"], validate=True).decode()
    except (UnicodeDecodeError, binascii.Error):
        return False
    if name == "mcp-method":
        return text == message.method
    params = message.tree.get("params", {})
    if name == "mcp-name":
        return bool(text == params.get(_NAMED.get(message.method, "")))
    return text in set(_scalars(params.get("arguments", {})))


def _scalars(node: Any) -> Iterator[str]:
    """What stands in arguments, as headers write it."""
    if type(node) is dict:
        for child in node.values():
            yield from _scalars(child)
    elif type(node) is bool:
        yield "true" if node else "false"
    elif type(node) in {str, int}:
        yield str(node)


def error(identity: str | int | None, number: int, message: str, **data: str) -> Tree:
    """An error in the place of an answer, with JSON-RPC's number for it and what else there is to say."""
    kept = {name: value for name, value in data.items() if value}
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": number, "message": message, "data": kept}}
