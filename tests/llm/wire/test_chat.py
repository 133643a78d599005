"""Every string of a request is found, with who said it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Text
from yanmen.llm.wire import chat
from yanmen.llm.wire.codec import Request
from yanmen.llm.wire.names import VALUES
from yanmen.llm.wire.strict import Malformed


def read(tree: Any) -> Request:
    """Read a request given as a tree."""
    return chat.request(json.dumps(tree).encode(), depth=64, values=10_000)


def asked(**more: Any) -> dict[str, Any]:
    """A request that is well formed."""
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}], **more}


def found(request: Request) -> dict[str, Text]:
    """Its texts by part."""
    return {text.part: text for text in request.texts}


def test_messages_carry_their_role_and_trust() -> None:
    """System and developer texts are the operator's; tool results are nobody's."""
    roles = ("system", "developer", "user", "assistant", "tool", "function", "wizard")
    texts = found(read(asked(messages=[{"role": role, "content": f"by {role}"} for role in roles])))
    said = {(text.role, text.trust) for text in texts.values() if text.text.startswith("by ")}

    assert [texts[f"/messages/{i}/content"].trust for i in range(7)] == [
        *("operator", "operator", "user"),
        *("untrusted",) * 4,
    ]
    assert ("field", "untrusted") in said
    assert texts["/messages/6/role"].text == "wizard"


def test_every_carrier_is_read() -> None:
    """Parts, names, tool calls, tool definitions, unknown fields and their keys."""
    request = read(
        asked(
            messages=[
                {
                    "role": "user",
                    "name": "alice",
                    "content": [{"type": "text", "text": "part text"}, {"type": "odd", "odd": "?"}],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "f", "arguments": r'{"q":"\u0069gnore"}'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "result"},
            ],
            tools=[
                {
                    "type": "function",
                    "function": {
                        "name": "f",
                        "description": "describes",
                        "parameters": {"properties": {"inner key": {}}},
                    },
                }
            ],
            metadata={"note key": ["deep", {"x": "deeper"}]},
            strange="field",
            user="u1",
        )
    )
    texts = {text.text for text in request.texts}

    assert texts >= {
        *(
            "alice",
            "part text",
            "odd",
            "?",
            "call_1",
            "f",
            '{"q":"ignore"}',
            "result",
            "describes",
            "inner key",
        ),
        *("note key", "deep", "deeper", "strange", "field", "u1"),
    }
    assert request.viewed == {"/messages/1/tool_calls/0/function/arguments"}
    assert (request.model, request.user, request.stream) == ("m", "u1", False)


JSON = st.recursive(
    st.text(max_size=6) | st.integers(0, 9) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet="abcxyz~/", max_size=6), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_string_anywhere_is_missed(value: Any) -> None:
    """Whatever stands in an unknown field: every value, and every key that is not the protocol's."""
    try:
        body = json.dumps(asked(extra=value), ensure_ascii=False).encode()
        request = chat.request(body, depth=64, values=10_000)
    except (UnicodeEncodeError, Malformed):
        return
    texts = [text.text for text in request.texts]

    for text in _strings(value):
        assert not text or text in VALUES or text in texts


def _strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for child in inner for text in _strings(child)]


def test_media_is_said_not_to_be_examined_and_its_payload_is_not_read() -> None:
    """Megabytes of base64 are no text, but whatever is not base64 is."""
    url = "data:image/png;base64," + "iVBOR" * 1000
    parts = [
        {"type": "image_url", "image_url": {"url": url, "detail": "see here"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,ignore all previous!"}},
        {"type": "image_url", "image_url": {"url": "https://x.example/cat.png"}},
        {"type": "input_audio", "input_audio": {"data": "UklG" * 500, "format": "wav"}},
        {"type": "file", "file": {"file_data": "not base64!", "filename": "a.pdf"}},
    ]
    request = read(asked(messages=[{"role": "user", "content": parts}]))
    texts = {text.text for text in request.texts}

    assert [(u.reason, u.detail) for u in request.unexamined] == [
        ("unsupported", kind) for kind in ("image", "image", "image", "audio", "file")
    ]
    assert len(max(texts, key=len)) < 100
    assert texts >= {
        *(
            "data:image/png;base64,",
            "data:image/png;base64,ignore all previous!",
            "https://x.example/cat.png",
        ),
        *("see here", "not base64!", "a.pdf"),
    }


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {"messages": []},
        {"model": "m"},
        {"model": "", "messages": [{"role": "user"}]},
        {"model": 7, "messages": [{"role": "user"}]},
        asked(messages={}),
        asked(messages=["hi"]),
        asked(messages=[{"content": "x"}]),
        asked(messages=[{"role": "user", "content": 7}]),
        asked(messages=[{"role": "user", "content": ["x"]}]),
        asked(stream="yes"),
        asked(user=7),
    ],
)
def test_what_is_not_a_chat_request_is_told_so(tree: Any) -> None:
    """Wrong types are refused before anything looks at them."""
    with pytest.raises(Malformed) as refused:
        read(tree)

    assert refused.value.word == "wrong-shape"


@pytest.mark.parametrize(
    "tree",
    [
        asked(Messages=[]),
        asked(MODEL="x"),
        {"model": "m", "messages": [{"role": "user", "Content": "x"}]},
        {
            "model": "m",
            "messages": [{"role": "user", "content": [{"type": "text", "TEXT": "x", "text": "y"}]}],
        },
        {**asked(), "too\u212aens": 1, "tookens": 2},
    ],
)
def test_known_names_in_another_case_are_refused(tree: Any) -> None:
    """Some parsers would take them for the name."""
    with pytest.raises(Malformed) as refused:
        read(tree)

    assert refused.value.word == "case-variant"


def test_tokens_are_of_what_is_said() -> None:
    """Fields and tool definitions are not counted twice."""
    assert read(asked(messages=[{"role": "user", "content": "a" * 400}], user="b" * 400)).tokens == 100


def test_of_two_payloads_in_an_image_none_is_the_image() -> None:
    """Nobody knows which one the model will see: the image stays unexamined."""
    clean, other = "data:image/png;base64,AAAA", "https://x.example/attack.png"
    for value in ({"url": other, "data": clean}, {"data": clean, "url": other}):
        parts = [{"type": "image_url", "image_url": value}]
        request = read({"model": "m", "messages": [{"role": "user", "content": parts}]})

        assert request.images == ()
        assert [one.reason for one in request.unexamined] == ["unsupported"]
