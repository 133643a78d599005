"""A streamed answer: what leaves does not depend on how it came, and nothing that policy holds back leaves."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core import config
from yanmen.core.nouns import Finding, Text, Verdict
from yanmen.gateway.ruling import Garbage, Limits, Ruler
from yanmen.gateway.stream import AnswerStream
from yanmen.guard import Guard, redacted
from yanmen.guard.stream import mark
from yanmen.llm.wire.codec import Said

GUARD = Guard(config.Guard(learned=False))
SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"
DONE = b"data: [DONE]\n\n"
MARK = "[redacted:secret.openai-key]"


def stream_of(verdict: Verdict = Verdict.REDACT, unexamined: Verdict = Verdict.BLOCK) -> AnswerStream:
    """A stream whose every finding gets this verdict."""

    def judge(found: Finding) -> Verdict:
        return verdict if found.rule.id.startswith("secret.") else Verdict.ALLOW

    return AnswerStream(GUARD, Ruler(judge, lambda _: unexamined), Limits(1 << 16, 64, 10_000))


def run(raw: bytes, cuts: list[int], verdict: Verdict = Verdict.REDACT) -> tuple[AnswerStream, bytes]:
    """Feed a stream cut at these places."""
    stream = stream_of(verdict)
    out = b""
    places = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    for start, end in itertools.pairwise(places):
        out += stream.feed(raw[start:end])
    out += stream.finish()
    return stream, out


def event(tree: Any, spaced: bool = False) -> bytes:
    """An event, as compact or as spaced servers write it."""
    return b"data: " + (json.dumps(tree).encode() if spaced else msgspec.json.encode(tree)) + b"\n\n"


def chunk(delta: dict[str, Any], index: int = 0, finish: str | None = None, **choice: Any) -> dict[str, Any]:
    """An event of one choice."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**head, "choices": [{"index": index, "delta": delta, "finish_reason": finish, **choice}]}


def heard(out: bytes) -> dict[str, str]:
    """Every growing text that left, put together as clients do."""
    texts: dict[str, str] = {}
    for block in out.split(b"\n\n"):
        if not block.startswith(b"data: {"):
            continue
        for choice in json.loads(block[6:])["choices"]:
            delta = choice["delta"]
            for name in ("content", "reasoning_content", "refusal"):
                if delta.get(name):
                    texts[f"{choice['index']}/{name}"] = (
                        texts.get(f"{choice['index']}/{name}", "") + delta[name]
                    )
            for call in delta.get("tool_calls", ()):
                key = f"{choice['index']}/tool/{call['index']}"
                texts[key] = texts.get(key, "") + call["function"].get("arguments", "")
    return texts


def split(text: str, sizes: list[int]) -> list[str]:
    """A text in pieces of these sizes, over and over."""
    pieces = []
    while text:
        for size in sizes:
            pieces.append(text[:size])
            text = text[size:]
    return [piece for piece in pieces if piece]


WORDS = st.lists(
    st.sampled_from(
        ["hello ", SECRET, "world. ", "请看：", "sk-", "\n", "😀", '{"a": 1}', SECRET[:20], "\\", '"']
    ),
    max_size=8,
).map("".join)
CHANNELS = st.fixed_dictionaries({"content": WORDS, "reasoning_content": WORDS})


@settings(max_examples=150)
@given(
    CHANNELS,
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.booleans(),
    st.lists(st.integers(0, 6000), max_size=12),
    st.sampled_from(Verdict),
)
def test_what_leaves_does_not_depend_on_the_chunking(
    texts: dict[str, str], sizes: list[int], spaced: bool, cuts: list[int], verdict: Verdict
) -> None:
    """However the answer is cut into events, and the events into reads: the same texts, findings and end."""
    raw = event(chunk({"role": "assistant", "content": ""}), spaced)
    for name, text in texts.items():
        raw += b"".join(event(chunk({name: piece}), spaced) for piece in split(text, sizes))
    raw += event(chunk({}, finish="stop"), spaced) + DONE
    whole, once = run(raw, [], verdict)
    parts, pieced = run(raw, cuts, verdict)

    assert parts.stopped == whole.stopped
    assert parts.left == whole.left or not whole.stopped or verdict > Verdict.REDACT
    if not whole.stopped:
        assert heard(pieced) == heard(once)
        assert [f.fingerprint for f in parts.findings] == [f.fingerprint for f in whole.findings]
    if verdict is Verdict.ALLOW:
        assert sorted(pieced.split(b"\n\n")) == sorted(raw.split(b"\n\n"))
    else:
        assert all(SECRET not in text for text in heard(pieced).values())


@settings(max_examples=60)
@given(WORDS, st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_the_stream_says_what_the_whole_text_says(text: str, sizes: list[int]) -> None:
    """Findings, spans and the text delivered are those of the guard on the whole text."""
    raw = b"".join(event(chunk({"content": piece})) for piece in split(text, sizes)) + DONE
    stream, out = run(raw, list(range(0, len(raw), 61)))
    seen = GUARD.examine([Text(text=text, role="assistant", trust="untrusted")], direction="out").findings
    spans = [(f.where.start, f.where.end, mark(f)) for f in seen if f.rule.id.startswith("secret.")]

    assert heard(out).get("0/content", "") == redacted(text, spans)
    assert [f.fingerprint for f in stream.findings] == [f.fingerprint for f in seen]


def test_untouched_events_leave_as_the_bytes_they_came_in() -> None:
    """White space, field order, comments, ids and line ends included."""
    raw = (
        b": ping\n\n"
        b'data:  {"choices" : [ {"delta":{"content":"a\\u0062 c"},"index":0} ] , "zeta":1.50}\n\n'
        b'id: 7\r\nevent: message\r\ndata: {"choices":[{"index":0,\r\ndata: "delta":{"content":" d"}}]}\r\n\r\n'
        b"retry: 10\n\n"
        b"data: [DONE]\n\n"
    )
    for cuts in ([], list(range(len(raw)))):
        assert run(raw, cuts)[1] == raw


def test_a_redacted_event_keeps_all_else() -> None:
    """Unknown fields and usage survive; the token list that would repeat the secret does not."""
    tokens = {"content": [{"token": SECRET, "logprob": -1, "bytes": list(SECRET.encode())}]}
    raw = event({**chunk({"content": SECRET + " "}, logprobs=tokens), "odd": {"x": [1, 2.5]}}) + DONE
    stream, out = run(raw, [])
    tree = json.loads(out.split(b"\n\n")[0][6:])

    assert tree["choices"][0]["delta"]["content"] == MARK + " "
    assert tree["choices"][0]["logprobs"] is None
    assert tree["odd"] == {"x": [1, 2.5]}
    assert len(stream.findings) == 2
    assert SECRET.encode() not in out


def test_alternatives_among_the_tokens_are_read() -> None:
    """A secret in the list of tokens alone takes the list out."""
    tokens = {
        "content": [{"token": "ok", "logprob": -1, "top_logprobs": [{"token": f"{SECRET} ", "logprob": -2}]}]
    }
    _, out = run(event(chunk({"content": "ok"}, logprobs=tokens)) + DONE, [])

    assert SECRET.encode() not in out
    assert heard(out) == {"0/content": "ok"}


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_escapes_in_arguments_hide_nothing(size: int) -> None:
    """The secret is spelt with JSON escapes, split anywhere; what is left is still JSON."""
    spelt = '{"key": "' + "".join(f"\\u{ord(c):04x}" for c in SECRET) + '", "n": "\\n\\"x\\""}'
    calls = [
        chunk(
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "f", "arguments": ""},
                    }
                ]
            }
        )
    ]
    calls += [
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        for piece in split(spelt, [size])
    ]
    raw = b"".join(event(call) for call in calls) + event(chunk({}, finish="tool_calls")) + DONE
    stream, out = run(raw, list(range(0, len(raw), 97)))

    assert json.loads(heard(out)["0/tool/0"]) == {"key": MARK, "n": '\n"x"'}
    assert [f.where.part for f in stream.findings] == ["/choices/0/message/tool_calls/0/function/arguments"]


def test_a_text_that_is_held_back_does_not_hold_back_the_others() -> None:
    """Reasoning that ends in the middle of a word, choices side by side: the rest goes on."""
    stream = stream_of()
    out = stream.feed(event(chunk({"reasoning_content": "thinking of sk-proj-x9"})))
    for index, text in enumerate(
        ("Hello there. We go on at length, and on.", "Bye now. We go on at length, and on.")
    ):
        out += b"".join(
            stream.feed(event(chunk({"content": piece}, index=index))) for piece in split(text, [3])
        )

    assert heard(out).get("0/content", "").startswith("Hello")
    assert heard(out).get("1/content", "").startswith("Bye")
    assert "0/reasoning_content" not in heard(out)
    assert heard(out + stream.feed(DONE))["0/reasoning_content"] == "thinking of sk-proj-x9"


def test_a_stop_ends_every_choice_and_lets_nothing_more_out() -> None:
    """Up to the span what is harmless leaves; the end is said as content_filter."""
    stream = stream_of(Verdict.BLOCK)
    out = stream.feed(event(chunk({"content": "Here it is: "})) + event(chunk({"content": "hm"}, index=1)))
    out += stream.feed(
        b"".join(event(chunk({"content": piece})) for piece in split(SECRET + " and more", [5]))
    )
    out += stream.feed(event(chunk({"content": "never"}))) + stream.finish()
    end = stream.closing(Said(call="call_1", at=1, model="m", decision="dec_1"))
    tree = json.loads(end.split(b"\n\n")[0][6:])

    assert stream.stopped
    assert heard(out)["0/content"] == "Here it is: "
    assert {choice["index"]: choice["finish_reason"] for choice in tree["choices"]} == {
        0: "content_filter",
        1: "content_filter",
    }
    assert (tree["id"], tree["model"], tree["decision"]) == ("c1", "m", "dec_1")
    assert end.endswith(DONE)


@pytest.mark.parametrize(
    "raw",
    [
        b"data: not json\n\n",
        b'data: {"choices":[],"choices":[]}\n\n',
        b'data: {"choices":[{"delta":{"content":"a","content":"b"}}]}\n\n',
        b"data: [1]\n\n",
        b'data: "\xff"\n\n',
        b": \xff\n\n",
        b'{"choices":[{"message":{"content":"a"}}]}\n\n',
        b"DATA: {}\n\n",
        b"data: " + b"x" * 70_000,
        b"data: " + b"[" * 100 + b"]" * 100 + b"\n\n",
    ],
)
def test_garbage_is_told_and_nothing_of_it_leaves(raw: bytes) -> None:
    """Fail closed."""
    stream = stream_of()
    with pytest.raises(Garbage):
        _ = stream.feed(raw) + stream.finish()


def test_an_event_that_only_looks_like_the_others_is_read_in_full() -> None:
    """The template learnt from one event cannot be used to smuggle a second key."""
    first = event(chunk({"content": "a"})) + event(chunk({"content": "b"}))
    fake = event(chunk({"content": "X"})).replace(b'"X"', b'"x","content":"y"')
    stream = stream_of()
    stream.feed(first)

    with pytest.raises(Garbage):
        stream.feed(fake)


def test_strings_that_do_not_grow_are_judged_too() -> None:
    """A secret in a field beside the text, in a tool's name, in a comment, in a key."""
    cut = run(event({**chunk({"content": "ok"}), "system_fingerprint": f"{SECRET} x"}) + DONE, [])[1]
    name = run(event(chunk({"tool_calls": [{"index": 0, "function": {"name": f"{SECRET} "}}]})) + DONE, [])[1]
    key = run(event({**chunk({"content": "ok"}), SECRET: 1}) + DONE, [])[1]
    note = run(f": {SECRET} \n\n".encode() + DONE, [])[0]

    assert SECRET.encode() not in cut + name + key
    assert MARK.encode() in cut
    assert note.stopped


@pytest.mark.parametrize("name", ["message", "delta"])
@pytest.mark.parametrize("field", ["content", "reasoning_content", "thinking", "anything"])
def test_a_text_grows_in_whatever_field_it_comes(name: str, field: str) -> None:
    """Some servers write ``message`` where the others write ``delta``."""
    pieces = [SECRET[at : at + 4] for at in range(0, len(SECRET), 4)]
    raw = b"".join(event({"choices": [{"index": 0, name: {field: piece}}]}) for piece in pieces)
    _, out = run(raw + DONE, [])
    left = [json.loads(block[6:]) for block in out.split(b"\n\n") if block.startswith(b"data: {")]

    assert "".join(one["choices"][0][name][field] for one in left) == MARK


def test_an_event_without_data_is_no_event() -> None:
    """As the standard has it; some servers keep connections alive with such."""
    raw = b"data:\n\n" + b": ping\n\n" + b"data: \n\n" + event(chunk({"content": "Hi. "})) + DONE

    assert run(raw, [])[1] == raw


def test_a_comment_that_is_objected_to_does_not_leave() -> None:
    """Nor do the names and numbers of events."""
    for line in (f": {SECRET}", f"event: {SECRET}", f"id: {SECRET}\ndata: {{}}"):
        stream, out = run(line.encode() + b"\n\n", [])

        assert stream.stopped
        assert SECRET.encode() not in out


@pytest.mark.parametrize("beginning", ["data :", " data: ", "DATA: ", "data\x00: ", "x: ", "\tdata: "])
def test_a_line_that_clients_are_to_pass_over_does_not_leave(beginning: str) -> None:
    """Some take it for data all the same, and a text that is told over many events is judged by none of them."""
    raw = b"".join(
        beginning.encode() + json.dumps(chunk({"content": part})).encode() + b"\ndata: {}\n\n"
        for part in SECRET
    )
    stream, out = run(raw + DONE, [])

    assert not stream.stopped
    assert out == b"data: {}\n\n" * len(SECRET) + DONE


def test_an_end_without_its_mark_is_no_end_mark() -> None:
    """What was held leaves; nothing is made up."""
    stream = stream_of()
    out = stream.feed(event(chunk({"content": "the end sk-proj-x9"}))) + stream.finish()

    assert heard(out)["0/content"] == "the end sk-proj-x9"
    assert b"[DONE]" not in out
    assert not stream.done


def test_too_many_texts_are_garbage() -> None:
    """Memory is bounded whatever the upstream invents."""
    with pytest.raises(Garbage):
        stream_of().feed(b"".join(event(chunk({"content": "x"}, index=index)) for index in range(1000)))


@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from(
            [b"data: ", b"{", b"}", b'"choices"', b":", b"[", b"]", b"\n\n", b'"delta"', b"null", b"1", b","]
        ),
        max_size=30,
    ).map(b"".join)
)
def test_no_bytes_crash_it(raw: bytes) -> None:
    """Any bytes are passed on, or told to be garbage."""
    stream = stream_of()
    try:
        stream.feed(raw[:50])
        stream.feed(raw[50:])
        stream.finish()
    except Garbage:
        return
