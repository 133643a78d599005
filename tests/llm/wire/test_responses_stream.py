"""The events of a streamed response."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.llm.wire.codec import Said, Seen
from yanmen.llm.wire.responses import RESPONSES


def seen(kind: str, **tree: Any) -> Seen:
    """An event that was read."""
    return RESPONSES.event({"type": f"response.{kind}", "sequence_number": 3, **tree}, f"response.{kind}")


PLACE = {"item_id": "msg_1", "output_index": 1, "content_index": 2}


def test_a_delta_goes_on_where_its_item_stands() -> None:
    """By the numbers that it gives."""
    text = seen("output_text.delta", **PLACE, delta="he", logprobs=[], obfuscation="x1")
    call = seen("function_call_arguments.delta", item_id="fc_1", output_index=0, delta="{")
    odd = seen("unheard_of.delta", item_id="x", output_index=0, delta="a")

    assert [(p.part, p.path, p.text) for p in text.growing] == [("/output/1/content/2/text", "/delta", "he")]
    assert {piece.text for piece in text.fixed} == {"msg_1", "x1"}
    assert [piece.part for piece in call.growing] == ["/output/0/arguments"]
    assert [piece.part for piece in odd.growing] == ["/output/0/unheard_of"]


def test_tokens_that_say_other_than_the_text_are_read() -> None:
    """And alternatives."""
    tokens = [{"token": "he", "top_logprobs": [{"token": "ho"}]}]
    pieces = seen("output_text.delta", **PLACE, delta="he", logprobs=tokens).growing

    assert [piece.text for piece in pieces] == ["he", "ho"]
    assert pieces[1].path == "/logprobs"


def test_what_is_said_once_more_names_what_it_repeats() -> None:
    """The text, its part, its item, and the whole response; each closes what it holds."""
    part = {"type": "output_text", "text": "hey", "annotations": []}
    item = {"type": "message", "id": "msg_1", "content": [{}, {}, part]}
    whole = {"id": "resp_1", "output": [{}, item], "usage": {"input_tokens": 1, "output_tokens": 2}}
    events = [
        seen("output_text.done", **PLACE, text="hey"),
        seen("content_part.done", **PLACE, part=part),
        seen("output_item.done", output_index=1, item=item),
        seen("completed", response=whole),
    ]

    assert {piece.part for event in events for piece in event.again} == {"/output/1/content/2/text"}
    assert [event.closes for event in events] == [
        ("/output/1/content/2/text",), ("/output/1/content/2/",), ("/output/1/",), (),
    ]  # fmt: skip
    assert [event.done for event in events] == [False, False, False, True]
    assert events[3].usage == (1, 2, None)


def test_a_stopped_response_is_incomplete() -> None:
    """With the operator's words where its text stands open."""
    ending = RESPONSES.ending()
    for event in (
        seen("created", response={"id": "resp_1", "created_at": 7, "model": "m", "instructions": "hush"}),
        seen("output_text.delta", **PLACE, delta="he"),
    ):
        ending.take(event.note, event)
    end = ending.closing(Said(call="c", at=1, model="m", decision="dec_1"), "sorry").split(b"\n\n")
    delta, last = (msgspec.json.decode(one.partition(b"data: ")[2]) for one in end[:2])

    assert (delta["type"], delta["delta"], delta["item_id"]) == (
        "response.output_text.delta",
        "sorry",
        "msg_1",
    )
    assert (last["type"], last["response"]["id"]) == ("response.incomplete", "resp_1")
    assert last["response"]["incomplete_details"] == {"reason": "content_filter"}
    assert "instructions" not in last["response"]
    assert [delta["sequence_number"], last["sequence_number"]] == [4, 5]


def test_a_sound_or_an_image_could_not_be_judged() -> None:
    """A transcript can."""
    sound = seen("audio.delta", delta="QUJD")
    words = seen("audio.transcript.delta", delta="hi")

    assert sound.unexamined
    assert [piece.text for piece in words.growing] == ["hi"]


def test_a_type_that_is_no_word_of_the_protocol_is_a_text() -> None:
    """Nothing hides there."""
    odd = RESPONSES.event({"type": "a sentence, said as a type"}, "")

    assert [piece.text for piece in odd.fixed] == ["a sentence, said as a type"]
