"""Every string of an answer is found, and which text it is a piece of."""

from __future__ import annotations

from typing import Any

from yanmen.llm.wire import answers


def walk(**choice: Any) -> answers.Walk:
    """The walk of an event with one choice."""
    return answers.Walk({"id": "c1", "object": "chat.completion.chunk", "choices": [{"index": 2, **choice}]})


def test_deltas_grow_by_choice_and_tool_call() -> None:
    """A part is named by the numbers the upstream gives, not by its place in the list."""
    event = walk(
        delta={
            "role": "assistant",
            "content": "a",
            "reasoning_content": "r",
            "refusal": "no",
            "tool_calls": [
                {"index": 3, "id": "call_9", "type": "function", "function": {"name": "f", "arguments": "{"}}
            ],
        }
    )
    growing = {piece.part: piece.text for piece in event.pieces if piece.grows}
    tool = "/choices/2/message/tool_calls/3"

    assert growing == {
        "/choices/2/message/content": "a",
        "/choices/2/message/reasoning_content": "r",
        "/choices/2/message/refusal": "no",
        f"{tool}/function/arguments": "{",
    }
    assert {piece.group for piece in event.pieces if "tool_calls" in piece.part} == {tool}
    assert {piece.text for piece in event.pieces if not piece.grows} == {"call_9", "f", "c1"}
    assert [piece.path for piece in event.pieces if piece.text == "{"] == [
        "/choices/0/delta/tool_calls/0/function/arguments"
    ]
    assert not event.ends


def test_unknown_fields_are_pieces_too() -> None:
    """With their keys."""
    pieces = walk(delta={"thoughts": [{"t": "x"}]}, provider="who").pieces

    assert {piece.text for piece in pieces} >= {"thoughts", "t", "x", "provider", "who"}


def test_the_end_of_a_choice_is_seen() -> None:
    """So is an event without any choice."""
    assert walk(delta={}, finish_reason="stop").ends
    assert answers.Walk({"choices": [], "usage": {}}).ends
    assert not walk(delta={}, finish_reason=None).ends


def test_tokens_that_repeat_the_text_are_not_read_twice() -> None:
    """Others are, and alternatives by their rank."""
    tokens = [
        {"token": "he", "logprob": -1, "bytes": [1], "top_logprobs": [{"token": "hi", "logprob": -2}]},
        {"token": "y"},
    ]
    same = walk(delta={"content": "hey"}, logprobs={"content": tokens, "refusal": None})
    other = walk(delta={"content": "no"}, logprobs={"content": tokens})

    assert {p.text for p in same.pieces if answers.in_logprobs(p.part)} == {"hi"}
    assert {p.text for p in other.pieces if answers.in_logprobs(p.part)} == {"hey", "hi"}


def test_a_whole_answer_gives_its_texts() -> None:
    """Arguments are seen without their escapes."""
    message = {
        "role": "assistant",
        "content": "hi",
        "tool_calls": [{"function": {"name": "f", "arguments": r'{"\u0061":1}'}}],
    }
    texts, viewed = answers.texts(
        {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "x": {"y": "z"}}
    )
    said = {text.part: (text.text, text.role) for text in texts}

    assert said["/choices/0/message/content"] == ("hi", "assistant")
    assert said["/choices/0/message/tool_calls/0/function/arguments"] == ('{"a":1}', "assistant")
    assert said["/x/y"] == ("z", "field")
    assert viewed == {"/choices/0/message/tool_calls/0/function/arguments"}


def test_token_lists_are_dropped_where_something_was_cut() -> None:
    """Only of the choice concerned."""
    tree: dict[str, Any] = {"choices": [{"logprobs": {"content": []}}, {"logprobs": {"content": []}}]}
    answers.drop_logprobs(tree, ["/choices/1/message/content"])

    assert [choice["logprobs"] for choice in tree["choices"]] == [{"content": []}, None]


def test_usage_is_read_where_it_is_said() -> None:
    """Nothing else is taken for it."""
    said = {"prompt_tokens": 3, "completion_tokens": 4}
    cached = {**said, "prompt_tokens_details": {"cached_tokens": 2}}

    assert answers.usage({"usage": said}) == (3, 4, None)
    assert answers.usage({"usage": cached}) == (3, 4, 2)
    assert answers.usage({"usage": None}) is None
    assert answers.usage({"usage": {"prompt_tokens": "3"}}) is None
