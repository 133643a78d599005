"""Every string of an Anthropic answer is found, and which block it is a piece of."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.llm.wire import blocks
from yanmen.llm.wire.codec import Usage
from yanmen.llm.wire.places import Cut

SEALED = "ErUBCkYIBxgCIkD0Zr3mKq9sX2dYwHc8fLpAeUiOjNgTzB5VhDk6RxQ0aWyEtM7uSAAA"


def delta(index: int, **said: Any) -> blocks.Walk:
    """The walk of an event that goes on with a block."""
    return blocks.Walk({"type": "content_block_delta", "index": index, "delta": said})


def test_deltas_grow_by_block() -> None:
    """Each under the name that it has in the whole answer."""
    events = (
        delta(0, type="thinking_delta", thinking="hm"),
        delta(1, type="text_delta", text="he"),
        delta(2, type="input_json_delta", partial_json='{"q'),
        delta(3, type="compaction_delta", content="new kind"),
    )
    pieces = [piece for event in events for piece in event.pieces if piece.grows]

    assert [(piece.part, piece.path, piece.text) for piece in pieces] == [
        ("/content/0/thinking", "/delta/thinking", "hm"),
        ("/content/1/text", "/delta/text", "he"),
        ("/content/2/input", "/delta/partial_json", '{"q'),
        ("/content/3/content", "/delta/content", "new kind"),
    ]
    assert [event.block for event in events] == [0, 1, 2, 3]
    assert {piece.group for piece in pieces} == {f"/content/{index}" for index in range(4)}


def test_a_block_may_begin_with_text() -> None:
    """It is of the text that grows; names and ids arrive whole."""
    walk = blocks.Walk(
        {
            "type": "content_block_start",
            "index": 4,
            "content_block": {
                "type": "tool_use",
                "id": "toolu_1",
                "name": "find",
                "input": {"k": "v"},
                "text": "be",
            },
        }
    )

    assert [(piece.part, piece.text) for piece in walk.pieces if piece.grows] == [("/content/4/text", "be")]
    assert [(piece.part, piece.text) for piece in walk.pieces if not piece.grows] == [
        ("/content/4/id", "toolu_1"),
        ("/content/4/name", "find"),
        ("/content_block/input/k#", "k"),
        ("/content/4/input/k", "v"),
    ]


def test_citations_and_what_tools_of_the_provider_found() -> None:
    """Their words are read, their ciphers are not."""
    cited = delta(0, type="citations_delta", citation={"cited_text": "quote", "document_title": "title"})
    searched = blocks.Walk(
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {
                "type": "web_search_tool_result",
                "content": [
                    {"url": "https://a.example", "title": "page", "encrypted_content": SEALED},
                    "odd",
                ],
            },
        }
    )

    assert [piece.text for piece in cited.pieces] == ["quote", "title"]
    assert [piece.text for piece in searched.pieces] == [
        "https://a.example",
        "page",
        "odd",
    ]


def test_signatures_are_passed_over_and_what_only_claims_to_be_one_is_not() -> None:
    """As in requests."""
    assert not delta(0, type="signature_delta", signature=SEALED).pieces
    assert [piece.text for piece in delta(0, type="signature_delta", signature="not one").pieces] == [
        "not one"
    ]


def test_events_that_begin_and_end_a_message() -> None:
    """Say the model's name, an error's message, and what nobody knows."""
    start = blocks.Walk(
        {"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [], "extra": "x"}}
    )
    error = blocks.Walk({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})

    assert [(piece.part, piece.text) for piece in start.pieces] == [
        ("/id", "msg_1"),
        ("/model", "m"),
        ("/message/extra#", "extra"),
        ("/extra", "x"),
    ]
    assert {piece.text for piece in error.pieces} >= {"busy"}


def test_a_whole_answer_has_the_same_parts() -> None:
    """As one that is streamed, for policies name them."""
    walk = blocks.Walk(
        {
            "type": "message",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": SEALED},
                {"type": "text", "text": "he"},
            ],
            "stop_reason": "end_turn",
        }
    )

    assert [(piece.path, piece.part, piece.text) for piece in walk.pieces] == [
        ("/content/0/thinking", "/content/0/thinking", "hm"),
        ("/content/1/text", "/content/1/text", "he"),
    ]


def test_signed_blocks_are_dropped_or_the_answer_is() -> None:
    """Never broken: a call of a tool must be able to go back with the thinking before it."""
    thought, text = {"type": "thinking", "thinking": "[cut]"}, {"type": "text", "text": "t"}
    call = {"type": "tool_use", "input": {}}
    cut: dict[str, list[Cut]] = {"/content/0/thinking": []}

    assert blocks.without_signed({"content": [thought, text]}, cut) == {"content": [text]}
    assert blocks.without_signed({"content": [thought, call]}, cut) is None
    assert blocks.without_signed({"content": [thought, call]}, {"/content/1/input/x": []}) is not None
    assert blocks.without_signed({"error": {}}, cut) == {"error": {}}
    assert blocks.sealed("/content/0/thinking")
    assert not blocks.sealed("/content/0/text")
    assert blocks.is_json("/content/3/input")
    assert not blocks.is_json("/content/3/input/q")


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 5}}, Usage(7, 5, 4)),
        (
            {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}},
            Usage(3, 1),
        ),
        ({"type": "message_delta", "usage": {"output_tokens": 9}}, Usage(None, 9)),
        ({"input_tokens": 12}, Usage(12, None)),
        ({"usage": "none"}, None),
        ({"usage": {"input_tokens": "3"}}, Usage(None, None)),
        ({}, None),
    ],
)
def test_usage_as_far_as_it_is_said(tree: dict[str, Any], said: Any) -> None:
    """What caches held is of the prompt."""
    assert blocks.usage(tree) == said
