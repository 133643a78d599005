"""Ollama's requests and answers: every string with who said it, lines put together, and ends that its clients understand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yanmen.llm.wire import ollama
from yanmen.llm.wire.codec import Request, Said, Seen, Usage
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.strict import Malformed

CHAT, GENERATE, EMBED = ollama.Chat(), ollama.Generate(), ollama.Embed()


def read(codec: ollama.Ollama, **tree: Any) -> Request:
    """Read a request given as a tree."""
    raw = json.dumps({"model": "m", **tree}).encode()
    return codec.request(raw, "application/json", depth=64, values=10_000)


def by(request: Request) -> dict[str, tuple[str, str]]:
    """Who says each text."""
    return {text.text: (text.role, text.trust) for text in request.texts}


def line(**tree: Any) -> Seen:
    """A line of a stream, read."""
    return CHAT.event(tree, "")


def test_a_chat_is_read_with_who_said_it() -> None:
    """Tools and their results are nobody's word; images are handed on to be read."""
    request = read(
        CHAT,
        messages=[
            {"role": "system", "content": "by operator"},
            {"role": "user", "content": "by user", "images": ["aGk="]},
            {
                "role": "assistant",
                "content": "by model",
                "thinking": "thought",
                "tool_calls": [{"function": {"name": "find", "arguments": {"q": "called with"}}}],
            },
            {"role": "tool", "tool_name": "find it", "content": "result"},
        ],
        tools=[{"type": "function", "function": {"name": "find", "description": "describes"}}],
        options={"num_predict": 64, "stop": ["stop here"]},
        format={"properties": {"a b": {}}},
    )
    said = by(request)

    assert said["by operator"] == ("system", "operator")
    assert said["by user"] == ("user", "user")
    assert said["by model"] == said["thought"] == ("assistant", "untrusted")
    assert said["result"] == ("tool", "untrusted")
    field = ("field", "untrusted")
    assert {said[one] for one in ("called with", "describes", "stop here", "a b", "find it")} == {field}
    assert [image.url for image in request.images] == ["data:image;base64,aGk="]
    assert [one.where.part for one in request.unexamined] == ["/messages/1/images/0"]
    assert (request.stream, request.max_tokens, request.model) == (True, 64, "m")


def test_a_prompt_is_read_and_token_ids_are_not_silently_passed_over() -> None:
    """What nobody here can read is said to be that."""
    request = read(
        GENERATE, prompt="by user", suffix="too", system="by operator", template="odd", context=[1, 2]
    )
    said = by(request)

    assert said["by user"] == said["too"] == ("user", "user")
    assert said["by operator"] == ("system", "operator")
    assert said["odd"] == ("field", "untrusted")
    assert [(one.detail, one.where.part) for one in request.unexamined] == [("token ids", "/context")]
    assert not read(GENERATE, prompt="x", context=[]).unexamined


def test_streams_are_the_default_where_there_are_any() -> None:
    """As Ollama answers."""
    assert read(GENERATE, prompt="x").stream
    assert not read(GENERATE, prompt="x", stream=False).stream
    assert not read(EMBED, input=["a", "b"]).stream
    assert by(read(EMBED, input=["a", "b"]))["b"] == ("user", "user")


@pytest.mark.parametrize(
    ("tree", "word"),
    [
        ({"model": ""}, "wrong-shape"),
        ({"model": 1}, "wrong-shape"),
        ({"name": "other"}, "wrong-shape"),
        ({"messages": {}}, "wrong-shape"),
        ({"messages": ["x"]}, "wrong-shape"),
        ({"messages": [{"content": "x"}]}, "wrong-shape"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "wrong-shape"),
        ({"messages": [{"role": "user", "content": "x", "images": "aGk="}]}, "wrong-shape"),
        ({"messages": [{"role": "user", "content": "x", "images": [3]}]}, "wrong-shape"),
        ({"stream": 1}, "wrong-shape"),
        ({"options": []}, "wrong-shape"),
        ({"Messages": []}, "case-variant"),
        ({"messages": [{"role": "user", "CONTENT": "x"}]}, "case-variant"),
    ],
)
def test_what_is_no_request_is_refused(tree: dict[str, Any], word: str) -> None:
    """With a word for why. Ollama itself folds the case of names: two readings of one request."""
    with pytest.raises(Malformed) as refused:
        read(CHAT, **tree)
    assert refused.value.word == word


def test_lines_grow_by_field() -> None:
    """Calls of tools come whole; the last line ends the stream with its counts."""
    seen = line(model="m", message={"role": "assistant", "content": "he", "thinking": "hm"}, done=False)
    call = line(message={"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"q": "v"}}}]})
    last = line(message={"content": ""}, done=True, done_reason="stop", prompt_eval_count=3, eval_count=4)

    assert {(piece.part, piece.text) for piece in seen.growing} == {
        ("/message/content", "he"),
        ("/message/thinking", "hm"),
    }
    assert set(seen.groups or ()) == {"/message/content", "/message/thinking"}
    assert not seen.done
    assert {piece.text for piece in call.fixed} >= {"f", "v"}
    assert set(call.groups or ()) == {"/message/tool_calls"}
    assert (last.done, last.groups, last.usage) == (True, None, Usage(3, 4))
    assert line(error="busy").done


def test_tokens_that_repeat_the_text_are_not_read_twice() -> None:
    """Others are; what repeats a text that is cut is dropped, token ids among it."""
    tokens = [{"token": "he", "logprob": -1, "top_logprobs": [{"token": "oh", "logprob": -2}]}]
    same = line(message={"content": "he"}, logprobs=tokens)
    other = line(message={"content": "xx"}, logprobs=tokens)

    assert [(piece.part, piece.text) for piece in same.growing] == [
        ("/message/content", "he"),
        ("/logprobs/top_logprobs/0/token", "oh"),
    ]
    assert ("/logprobs/token", "he") in {(piece.part, piece.text) for piece in other.growing}
    cut = CHAT.cut(
        {"message": {"content": "he"}, "logprobs": tokens, "context": [1]},
        {"/message/content": [Cut(0, 2, "…")], "/logprobs": []},
        frozenset(),
    )
    assert cut == {"message": {"content": "…"}}


def test_a_whole_answer_has_the_same_parts() -> None:
    """As one that is streamed."""
    texts = CHAT.whole({"model": "m", "message": {"role": "assistant", "content": "he"}, "done": True}).texts
    generated = GENERATE.whole({"response": "he", "thinking": "hm", "context": [1, 2]}).texts

    assert [(text.part, text.role) for text in texts if text.text == "he"] == [
        ("/message/content", "assistant")
    ]
    assert [(text.part, text.role) for text in generated] == [
        ("/response", "assistant"),
        ("/thinking", "assistant"),
    ]


def test_limits_and_names_can_be_put_in() -> None:
    """Where Ollama looks for them."""
    assert CHAT.capped({"model": "m", "options": {"seed": 1}}, 5)["options"] == {"seed": 1, "num_predict": 5}
    assert CHAT.capped({"model": "m"}, 5)["options"] == {"num_predict": 5}
    assert CHAT.renamed({"name": "m"}, "n") == {"model": "n"}


def test_the_end_of_a_stream_is_the_operators_words_or_an_error() -> None:
    """One line either way."""
    said = Said(
        call="call_1", at=0, model="m", code="content_policy_violation", message="withheld", decision="dec_1"
    )
    error = json.loads(CHAT.ending().closing(said, ""))
    words = json.loads(CHAT.ending().closing(said, "sorry"))

    assert error == {"error": "withheld", "code": "content_policy_violation", "decision": "dec_1"}
    assert words == {
        "model": "m",
        "created_at": "1970-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "sorry"},
        "done": True,
        "done_reason": "content_filter",
        "decision": "dec_1",
    }
    assert GENERATE.withheld(said, "sorry")["response"] == "sorry"
