"""Messages of MCP, read strictly."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from yanmen.llm.wire import mcp
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.strict import Malformed


def read(tree: Any) -> mcp.Body:
    """Read a body given as a tree."""
    return mcp.body(json.dumps(tree).encode(), depth=32, values=10_000)


def message(**more: Any) -> dict[str, Any]:
    """A message."""
    return {"jsonrpc": "2.0", **more}


def listing(*tools: dict[str, Any]) -> dict[str, Any]:
    """An answer to tools/list."""
    return message(id=1, result={"tools": list(tools)})


def test_kinds_of_messages() -> None:
    """By the members that they have."""
    body = read(
        [
            message(id=1, method="tools/call", params={"name": "add", "arguments": {}}),
            message(method="notifications/initialized"),
            message(id="a", result={}),
            message(id=None, error={"code": 1, "message": "x"}),
        ]
    )

    assert [one.kind for one in body.messages] == ["request", "notification", "result", "error"]
    assert [one.at for one in body.messages] == ["/0", "/1", "/2", "/3"]
    assert (body.messages[0].called, body.messages[1].called) == ("add", "")
    assert body.batch
    assert not read(message(id=1, method="ping")).batch


@pytest.mark.parametrize(
    "tree",
    [
        3,
        [],
        [message(id=1, method="ping")] * 65,
        {"id": 1, "method": "ping"},
        message(),
        message(id=1),
        message(id=1, method=3),
        message(id=1, method=""),
        message(id=1, method="m" * 129),
        message(id=1.5, method="ping"),
        message(id=None, method="ping"),
        message(id="x" * 129, method="ping"),
        message(id=True, method="ping"),
        message(id=1, method="ping", params=[]),
        message(id=1, method="ping", result={}),
        message(id=1, result={}, error={}),
        message(id=1, result=[]),
        message(id=None, result={}),
        message(id=1, result={}, params={}),
        message(id=1, method="ping", more=1),
        message(id=1, method="tools/call", params={}),
        message(id=1, method="tools/call", params={"name": ["add"]}),
        message(id=1, method="tools/call", params={"name": "add", "arguments": "x"}),
        message(id=1, method="resources/read", params={"name": "x"}),
    ],
)
def test_what_is_no_message_is_refused(tree: Any) -> None:
    """Before anybody reads it in another way."""
    with pytest.raises(Malformed, match="wrong-shape"):
        read(tree)


def test_who_says_what() -> None:
    """What tools bring is nobody's word; how a server describes what it has is judged as a caller's words are."""
    asked = mcp.asked(
        read(message(id=1, method="tools/call", params={"name": "f", "arguments": {"q": "called"}})).messages
    )
    brought = mcp.answered(
        read(
            message(
                id=1,
                result={"content": [{"type": "text", "text": "found"}], "structuredContent": {"a b": "c"}},
            )
        ).messages
    )
    described = mcp.answered(
        read(
            listing({"name": "f", "description": "does", "inputSchema": {"properties": {"odd one": {}}}})
        ).messages
    )
    other = mcp.answered(
        read(message(id=2, method="sampling/createMessage", params={"systemPrompt": "be"})).messages
    )

    assert {text.text: text.role for text in asked.texts} == {"f": "field", "q": "field", "called": "field"}
    assert {text.text: text.role for text in brought.texts} == {"found": "tool", "a b": "field", "c": "tool"}
    assert {text.text: text.role for text in described.texts} == {
        "f": "field",
        "does": "field",
        "odd one": "field",
    }
    assert [(text.text, text.role) for text in other.texts] == [("be", "field")]
    assert next(text for text in described.texts if text.text == "does").part == "/result/tools/0/description"


def test_media_are_not_silently_passed_over() -> None:
    """Wherever they stand; what only claims to be one is read."""
    said = mcp.answered(
        read(
            message(
                id=1,
                result={
                    "content": [
                        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
                        {"type": "audio", "data": "aGk="},
                        {"type": "image", "data": "no base64!"},
                    ],
                    "contents": [{"uri": "file:///x", "blob": "aGk="}],
                },
            )
        ).messages
    )

    assert [one.detail for one in said.unexamined] == ["image", "audio", "image", "file"]
    assert [image.url for image in said.images] == ["data:image;base64,aGk=", "data:image;base64,no base64!"]
    assert {text.text for text in said.texts} >= {"no base64!", "file:///x"}
    assert "aGk=" not in {text.text for text in said.texts}


def test_a_tools_digest_is_of_its_meaning() -> None:
    """Not of the order of its members, nor of what no model reads."""
    one = {
        "name": "f",
        "description": "d",
        "inputSchema": {"type": "object", "properties": {"a": {}, "b": {}}},
    }
    same = {
        "inputSchema": {"properties": {"b": {}, "a": {}}, "type": "object"},
        "description": "d",
        "name": "f",
        "_meta": {"t": 1},
    }
    changes: list[dict[str, Any]] = [
        {"description": "e"},
        {"title": "t"},
        {"annotations": {"readOnlyHint": True}},
        {"inputSchema": {"type": "object", "properties": {"a": {"description": "x"}, "b": {}}}},
    ]

    assert mcp.digest(one) == mcp.digest(same)
    assert len({mcp.digest(one), *(mcp.digest({**one, **change}) for change in changes)}) == 5
    (found,) = mcp.tools(read(listing(one)).messages[0])
    assert found == mcp.Tool("f", mcp.digest(one), "/result/tools/0")


def test_tools_are_left_out_and_spans_are_cut() -> None:
    """Of one message of several."""
    body = read([message(id=0, result={}), listing({"name": "a"}, {"name": "b"}, {"name": "c"})])
    less = mcp.without(body.tree, {"/1/result/tools/0", "/1/result/tools/2"})

    assert less[1]["result"]["tools"] == [{"name": "b"}]
    assert mcp.without(body.tree, set()) == body.tree
    said = read(message(id=1, result={"content": [{"type": "text", "text": r'{"k":"\u0041bc"}'}]}))
    seen = mcp.answered(said.messages)
    cut = mcp.cut(said.tree, {"/result/content/0/text": [Cut(6, 9, "_")]}, seen.viewed)
    assert cut["result"]["content"][0]["text"] == '{"k":"_"}'


@pytest.mark.parametrize(
    ("name", "value", "same"),
    [
        ("mcp-method", b"tools/call", True),
        ("mcp-method", b"tools/list", False),
        ("mcp-name", b"add", True),
        ("mcp-name", b"sub", False),
        ("mcp-name", b"=?base64?" + base64.b64encode(b"add") + b"?=", True),
        ("mcp-name", b"=?base64?!!?=", False),
        ("mcp-param-region", b"eu", True),
        ("mcp-param-deep", b"7", True),
        ("mcp-param-on", b"true", True),
        ("mcp-param-region", b"us", False),
        ("mcp-name", b"\xff", False),
    ],
)
def test_headers_must_say_what_the_message_says(name: str, value: bytes, same: bool) -> None:
    """Else whoever goes by the one is fooled by the other."""
    arguments = {"region": "eu", "deep": {"er": 7}, "on": True}
    one = read(message(id=1, method="tools/call", params={"name": "add", "arguments": arguments})).messages[0]

    assert mcp.mirrored(one, name, value) is same
