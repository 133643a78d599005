"""Streams of Anthropic and Ollama: however they are cut into pieces, what leaves is the same, and nothing held back leaves."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from anthropic.lib.streaming._messages import accumulate_event
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yanmen.core import config
from yanmen.core.nouns import Finding, Text, Verdict
from yanmen.gateway.ruling import Garbage, Limits, Ruler
from yanmen.gateway.stream import AnswerStream
from yanmen.guard import Guard, redacted
from yanmen.guard.stream import mark
from yanmen.llm.wire import ollama
from yanmen.llm.wire.anthropic import MESSAGES
from yanmen.llm.wire.codec import Codec, Said

GUARD = Guard(config.Guard(learned=False))
SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"
SEAL = "ErUBCkYIBxgCIkD0Zr3mKq9sX2dYwHc8fLpAeUiOjNgTzB5VhDk6RxQ0aWyEtM7uSAAA"
SAID = Said(call="call_1", at=0, model="m", message="withheld", code="x", decision="dec_1")
WORDS = st.text('ab 中é\n"\\', max_size=30)
TEXT = st.one_of(WORDS, st.tuples(WORDS, WORDS).map(lambda both: f"{both[0]} {SECRET} {both[1]}"))
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=4)
CUTS = st.lists(st.integers(0, 4_000), max_size=12)


def stream_of(codec: Codec, verdict: Verdict = Verdict.REDACT) -> AnswerStream:
    """A stream in which secrets get this verdict."""

    def judge(found: Finding) -> Verdict:
        return verdict if found.rule.id.startswith("secret.") else Verdict.ALLOW

    limits = Limits(1 << 16, 64, 10_000)
    return AnswerStream(GUARD, Ruler(judge, lambda _: Verdict.BLOCK), limits, codec=codec)


def run(
    codec: Codec, raw: bytes, cuts: list[int], verdict: Verdict = Verdict.REDACT
) -> tuple[AnswerStream, bytes]:
    """Feed a stream cut at these places; what leaves, its end included."""
    stream = stream_of(codec, verdict)
    out = b""
    places = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    for start, end in itertools.pairwise(places):
        out += stream.feed(raw[start:end])
    out += stream.finish()
    if stream.stopped:
        out += stream.closing(SAID)
    return stream, out


def split(text: str, sizes: list[int]) -> list[str]:
    """A text in pieces of these sizes, over and over."""
    pieces, at = list[str](), 0
    for size in itertools.cycle(sizes):
        if at >= len(text):
            return pieces
        pieces.append(text[at : at + size])
        at += size
    return pieces


def whole(text: str, part: str, codec: Codec) -> str:
    """What is left of a text that is judged at once."""
    place = Text(text=text, role=codec.role(part), trust="untrusted", part=part)
    spans = [
        one for one in GUARD.examine((place,), direction="out").findings if one.rule.id.startswith("secret.")
    ]
    return redacted(text, [(one.where.start, one.where.end, mark(one)) for one in spans])


# Anthropic.


def event(kind: str, **more: Any) -> bytes:
    """An event."""
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode({"type": kind, **more}))


def message(*blocks: tuple[str, str], sizes: list[int]) -> bytes:
    """A streamed message: kinds of blocks, and what they say."""
    head: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
    }
    out = [
        event(
            "message_start",
            message={**head, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}},
        )
    ]
    for index, (kind, said) in enumerate(blocks):
        block: dict[str, Any] = {"type": kind, kind: ""}
        name, added = f"{kind}_delta", kind
        if kind == "tool_use":
            block = {"type": kind, "id": "toolu_1", "name": "f", "input": {}}
            name, added = "input_json_delta", "partial_json"
        out.append(event("content_block_start", index=index, content_block=block))
        out += [
            event("content_block_delta", index=index, delta={"type": name, added: piece})
            for piece in split(said, sizes)
        ]
        if kind == "thinking":
            out.append(
                event(
                    "content_block_delta", index=index, delta={"type": "signature_delta", "signature": SEAL}
                )
            )
        out.append(event("content_block_stop", index=index))
    out.append(
        event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": 3},
        )
    )
    return b"".join([*out, event("message_stop")])


def built(out: bytes) -> Any:
    """What the real client puts together of it; events must come in their order."""
    made: Any = None
    buffers: dict[int, bytes] = {}
    opened: list[int] = []
    for block in out.decode().split("\n\n"):
        if not block:
            continue
        tree = json.loads(block.split("\ndata: ", 1)[1])
        if tree["type"] == "content_block_start":
            assert not opened
            opened.append(tree["index"])
        elif tree["type"] == "content_block_delta":
            assert opened == [tree["index"]]
        elif tree["type"] == "content_block_stop":
            assert opened.pop() == tree["index"]
        made = accumulate_event(event=tree, current_snapshot=made, json_bufs=buffers)
    assert not opened
    return made


@settings(max_examples=25, deadline=None)
@given(TEXT, TEXT, SIZES, CUTS)
def test_a_message_is_the_same_at_every_chunking(
    first: str, second: str, sizes: list[int], cuts: list[int]
) -> None:
    """And the same as its texts judged whole; blocks leave one after the other."""
    arguments = json.dumps({"q": second})
    raw = message(("thinking", "hm"), ("text", first), ("tool_use", arguments), ("text", second), sizes=sizes)
    stream, out = run(MESSAGES, raw, cuts)
    made = built(out)

    assert not stream.stopped
    assert made.content[0].thinking == "hm"
    assert made.content[0].signature == SEAL
    assert made.content[1].text == whole(first, "/content/1/text", MESSAGES)
    assert made.content[3].text == whole(second, "/content/3/text", MESSAGES)
    assert SECRET not in out.decode()
    assert set(made.content[2].input) == {"q"}
    if SECRET not in first + second:
        assert out == raw


@settings(max_examples=15, deadline=None)
@given(WORDS, WORDS, SIZES, CUTS)
def test_a_message_that_is_stopped_is_one_that_refuses(
    before: str, after: str, sizes: list[int], cuts: list[int]
) -> None:
    """Whatever has left of it, in whatever block."""
    for blocks in (
        (("text", f"{before} {SECRET} {after}"),),
        (("text", before), ("tool_use", json.dumps({"k": SECRET}))),
    ):
        stream, out = run(MESSAGES, message(*blocks, sizes=sizes), cuts, Verdict.BLOCK)
        made = built(out)

        assert stream.stopped
        assert made.stop_reason == "refusal"
        assert SECRET not in out.decode()


@settings(max_examples=10, deadline=None)
@given(WORDS, SIZES, CUTS)
def test_thinking_in_which_something_would_be_cut_ends_the_message(
    text: str, sizes: list[int], cuts: list[int]
) -> None:
    """It is signed; no half of it goes on with its signature."""
    _, out = run(
        MESSAGES, message(("thinking", f"{text} {SECRET} {text}"), ("text", "so"), sizes=sizes), cuts
    )
    made = built(out)

    assert made.stop_reason == "refusal"
    assert SECRET not in out.decode()
    assert SEAL not in out.decode()


def test_events_of_another_name_or_out_of_turn_are_garbage() -> None:
    """Two readers would see two streams."""
    for raw in (
        b'event: ping\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\n',
        event("content_block_stop", index=0)
        + event("content_block_delta", index=0, delta={"text": "x"})
        + event("content_block_stop", index=0)
        + event("content_block_delta", index=0, delta={"text": "x"}),
    ):
        with pytest.raises(Garbage):
            run(MESSAGES, raw, [])


# Ollama.


def lines(*trees: dict[str, Any]) -> bytes:
    """As the server writes them."""
    return b"".join([msgspec.json.encode({"model": "m", **tree}) + b"\n" for tree in trees])


def chat(thinking: str, text: str, sizes: list[int]) -> bytes:
    """A streamed chat."""
    thoughts = [
        {"message": {"role": "assistant", "content": "", "thinking": one}, "done": False}
        for one in split(thinking, sizes)
    ]
    said = [{"message": {"role": "assistant", "content": one}, "done": False} for one in split(text, sizes)]
    return lines(
        *thoughts, *said, {"message": {"role": "assistant", "content": ""}, "done": True, "eval_count": 3}
    )


@settings(max_examples=25, deadline=None)
@given(TEXT, TEXT, SIZES, CUTS)
@example("\\\\\\", "\\\\\\", [2], [324])
def test_a_chat_is_the_same_at_every_chunking(
    thinking: str, text: str, sizes: list[int], cuts: list[int]
) -> None:
    """And the same as its texts judged whole."""
    raw = chat(thinking, text, sizes)
    stream, out = run(ollama.CHAT, raw, cuts)
    trees = [json.loads(line) for line in out.decode().split("\n") if line]

    assert not stream.stopped
    assert "".join(tree["message"].get("thinking", "") for tree in trees) == whole(
        thinking, "/message/thinking", ollama.CHAT
    )
    assert "".join(tree["message"]["content"] for tree in trees) == whole(
        text, "/message/content", ollama.CHAT
    )
    assert trees[-1]["done"]
    if SECRET not in thinking + text:
        # One text may wait for its next piece while another's passes: each keeps its own order.
        assert sorted(out.splitlines()) == sorted(raw.splitlines())


@settings(max_examples=15, deadline=None)
@given(WORDS, WORDS, SIZES, CUTS, st.booleans())
def test_a_completion_that_is_cut_or_stopped_says_nothing_in_token_ids(
    before: str, after: str, sizes: list[int], cuts: list[int], stop: bool
) -> None:
    """Its last line would repeat it all."""
    text = f"{before} {SECRET} {after}"
    said = [{"response": one, "done": False} for one in split(text, sizes)]
    raw = lines(*said, {"response": "", "done": True, "context": [1, 2, 3]})
    stream, out = run(ollama.GENERATE, raw, cuts, Verdict.BLOCK if stop else Verdict.REDACT)
    trees = [json.loads(line) for line in out.decode().split("\n") if line]

    assert stream.stopped is stop
    assert "context" not in out.decode()
    assert SECRET not in out.decode()
    assert trees[-1].get("error") == "withheld" if stop else trees[-1]["done"]
