"""The Responses surface: who says what in its items, and what nobody here can see."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.llm.wire.codec import Request, Said
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.responses import RESPONSES
from yanmen.llm.wire.strict import Malformed


def asked(**tree: Any) -> Request:
    """A request."""
    body = msgspec.json.encode({"model": "m", **tree})
    return RESPONSES.request(body, "application/json", depth=16, values=999)


def said(request: Request) -> dict[str, tuple[str, str]]:
    """Who says what, by place."""
    return {text.part: (text.role, text.trust) for text in request.texts}


def test_instructions_are_the_operators_and_the_input_is_the_users() -> None:
    """A text alone."""
    request = asked(input="hi", instructions="be kind", max_output_tokens=9, previous_response_id="resp_1")

    assert said(request)["/input"] == ("user", "user")
    assert said(request)["/instructions"] == ("system", "operator")
    assert (request.max_tokens, request.refers) == (9, ("resp_1",))
    assert RESPONSES.capped({}, 5) == {"max_output_tokens": 5}


def test_items_are_read_by_who_says_them() -> None:
    """Messages, calls of tools and their results."""
    request = asked(
        input=[
            {"role": "developer", "content": "a"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "b"}]},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "c"}]},
            {"type": "function_call", "call_id": "x1", "name": "f", "arguments": '{"q": "\\u0064"}'},
            {"type": "function_call_output", "call_id": "x1", "output": "e"},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "f"}]},
        ]
    )

    assert said(request)["/input/0/content"] == ("developer", "operator")
    assert said(request)["/input/1/content/0/text"] == ("user", "user")
    assert said(request)["/input/2/content/0/text"] == ("assistant", "untrusted")
    assert said(request)["/input/4/output"] == ("tool", "untrusted")
    assert said(request)["/input/5/summary/0/text"] == ("assistant", "untrusted")
    assert '{"q": "d"}' in [text.text for text in request.texts]


@pytest.mark.parametrize(
    "tree",
    [
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file_1"}]}]},
        {
            "input": [
                {"role": "user", "content": [{"type": "input_file", "file_data": "QUJD", "filename": "a"}]}
            ]
        },
        {"input": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "QUJD"}}]}]},
        {"input": "hi", "prompt": {"id": "pmpt_1"}},
        {"input": "hi", "conversation": "conv_1"},
    ],
)
def test_what_is_stored_elsewhere_or_no_text_could_not_be_judged(tree: Any) -> None:
    """The model sees it, and nobody here."""
    assert asked(**tree).unexamined


def test_an_image_may_be_read() -> None:
    """Where it is the only medium of its part."""
    url = "data:image/png;base64,QUJD"
    request = asked(input=[{"role": "user", "content": [{"type": "input_image", "image_url": url}]}])

    (image,) = request.images
    assert (image.url, image.part, image.role) == (url, "/input/0/content/0/image_url", "user")
    assert request.unexamined == (image.unexamined,)


@pytest.mark.parametrize("given", [5, [1], [{"role": 5, "content": "x"}], [{"Role": "user", "content": "x"}]])
def test_what_is_no_input_is_refused(given: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed):
        asked(input=given)


def test_an_answer_is_read_whole_and_its_own_instructions_are_told_apart() -> None:
    """What a caller's own words are said back as is no leak."""
    item = {"type": "message", "content": [{"type": "output_text", "text": "hi"}]}
    roles = {t.text: t.role for t in RESPONSES.whole({"instructions": "be kind", "output": [item]}).texts}

    assert roles == {"be kind": "system", "hi": "assistant"}


def test_what_would_repeat_a_cut_is_emptied() -> None:
    """Token lists, wherever they stand."""
    tree = {"output": [{"content": [{"text": "a secret", "logprobs": [{"token": "secret"}]}]}]}
    cut = RESPONSES.cut(tree, {"/output/0/content/0/text": [Cut(2, 8, "[x]")]}, frozenset())

    assert cut == {"output": [{"content": [{"text": "a [x]", "logprobs": []}]}]}


def test_a_withheld_answer_is_incomplete() -> None:
    """By a content filter."""
    body = RESPONSES.withheld(Said(call="call_1", at=5, model="m", decision="dec_1"), "sorry")

    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "content_filter"})
    assert body["output"][0]["content"][0]["text"] == "sorry"
    assert body["decision"] == "dec_1"
    broken = RESPONSES.broken(Said(call="c", at=1, model="m", status=502, code="x", message="y"))
    assert broken.startswith(b"event: error\ndata: ")
