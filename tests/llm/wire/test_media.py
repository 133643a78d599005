"""Sounds and images: what goes with a file is judged, the file could not be."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from yanmen.llm.wire import forms
from yanmen.llm.wire.codec import Request
from yanmen.llm.wire.media import PICTURES, SOUND
from yanmen.llm.wire.strict import Malformed

KIND = 'multipart/form-data; boundary="b1"'
FILE = {"filename": "talk.wav", "type": "audio/wav", "data": b"RIFF"}


def sent(**tree: Any) -> Request:
    """A form."""
    body = forms.write({"model": "m", "file": FILE, **tree}, KIND)
    return SOUND.request(body, KIND, depth=9, values=99)


def test_the_texts_of_a_form_are_judged_and_the_file_is_not() -> None:
    """Its name is."""
    request = sent(prompt="spell it so", language="en", stream="true", n="3")

    assert {text.part: text.text for text in request.texts} == {
        "/prompt": "spell it so",
        "/language": "en",
        "/file/filename": "talk.wav",
        "/model": "m",
        "/n": "3",
        "/stream": "true",
    }
    assert [(one.where.part, one.detail) for one in request.unexamined] == [("/file", "audio/wav")]
    assert (request.model, request.stream, request.choices, request.kind) == ("m", True, 3, KIND)


def test_a_form_is_written_as_a_form() -> None:
    """Less what was cut."""
    request = sent(prompt="a secret")
    body = SOUND.written(request, {**request.tree, "prompt": "a [x]"})

    assert forms.read(body, KIND, ())["prompt"] == "a [x]"
    assert forms.read(body, KIND, ())["file"] == FILE


def test_a_known_name_in_another_case_is_refused() -> None:
    """Some servers would take it for the name."""
    with pytest.raises(Malformed):
        sent(Prompt="x")
    with pytest.raises(Malformed):
        SOUND.request(b'{"model": 5}', "application/json", depth=9, values=9)


def test_json_is_read_as_json() -> None:
    """What is to be said is what the user says."""
    body = msgspec.json.encode({"model": "m", "input": "hi", "instructions": "softly", "voice": "alloy"})
    request = SOUND.request(body, "application/json", depth=9, values=99)

    assert {text.part: text.role for text in request.texts} == {
        "/model": "field", "/input": "user", "/instructions": "user", "/voice": "field",
    }  # fmt: skip


def test_a_transcript_grows_and_is_said_once_more() -> None:
    """A sound could not be judged."""
    delta = SOUND.event({"type": "transcript.text.delta", "delta": "he"}, "")
    done = SOUND.event({"type": "transcript.text.done", "text": "hey"}, "")
    sound = SOUND.event({"type": "speech.audio.delta", "audio": base64.b64encode(bytes(300)).decode()}, "")

    assert [(piece.part, piece.text) for piece in delta.growing] == [("/text", "he")]
    assert [piece.text for piece in done.again] == ["hey"]
    assert (done.closes, done.done) == (
        ("/text",),
        False,
    )  # its end mark, or the end of the transfer, may follow
    assert sound.unexamined


def test_an_image_in_an_answer_could_not_be_judged() -> None:
    """Its revised prompt could."""
    data = [{"b64_json": base64.b64encode(bytes(300)).decode(), "revised_prompt": "a hill"}]
    whole = PICTURES.whole({"created": 1, "data": data})

    assert [text.text for text in whole.texts] == ["a hill"]
    assert len(whole.unexamined) == 1
