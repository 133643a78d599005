"""Completions and embeddings: texts, several, or token ids."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.llm.wire.codec import Request
from yanmen.llm.wire.completions import COMPLETIONS, EMBEDDINGS
from yanmen.llm.wire.strict import Malformed

KIND = "application/json"


def asked(**tree: Any) -> Request:
    """A completion request."""
    body = msgspec.json.encode({"model": "m", **tree})
    return COMPLETIONS.request(body, KIND, depth=9, values=999)


def embedded(**tree: Any) -> Request:
    """An embedding request."""
    return EMBEDDINGS.request(msgspec.json.encode({"model": "m", **tree}), KIND, depth=9, values=999)


def test_prompts_are_what_the_user_says() -> None:
    """One or several, and the suffix."""
    one, more = asked(prompt="hi", suffix="end"), asked(prompt=["a", "b"], n=2, best_of=3, max_tokens=7)

    assert [(text.part, text.text, text.role, text.trust) for text in one.texts if text.role == "user"] == [
        ("/prompt", "hi", "user", "user"),
        ("/suffix", "end", "user", "user"),
    ]
    assert [text.part for text in more.texts if text.role == "user"] == ["/prompt/0", "/prompt/1"]
    assert (more.max_tokens, more.choices) == (7, 6)


@pytest.mark.parametrize("prompt", [[1, 2], [[1, 2], [3]], ["a", [1]]])
def test_token_ids_could_not_be_judged(prompt: Any) -> None:
    """Nobody here can read them."""
    assert {one.detail for one in asked(prompt=prompt).unexamined} == {"token ids"}
    assert embedded(input=prompt).unexamined


@pytest.mark.parametrize("prompt", [5, [], {}, [1, "a"], [[]], [["a"]], [None], True])
def test_what_is_no_prompt_is_refused(prompt: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed, match="wrong-shape"):
        asked(prompt=prompt)
    with pytest.raises(Malformed):
        embedded(input=prompt)


def test_numbers_of_a_vector_need_not_be_read() -> None:
    """Nor those in base64; what stands beside is."""
    body = b'{"data":[{"embedding": [0.1, -2e-3 ,3],"note":"[1, 2]"}],"model":"\\"embedding\\":[1]"}'
    lean = EMBEDDINGS.lean(body)

    assert lean == body.replace(b"[0.1, -2e-3 ,3]", b"[]")
    tree = {"data": [{"embedding": "AAAA", "index": 0}, {"embedding": "no base64!"}], "model": "m"}
    assert [text.text for text in EMBEDDINGS.whole(tree).texts] == ["no base64!", "m"]
    assert EMBEDDINGS.usage({"usage": {"prompt_tokens": 5, "total_tokens": 5}}) == (5, 0, None)


def test_a_choice_is_a_text() -> None:
    """Also the one that stands for what policy withholds."""
    assert COMPLETIONS.saying("sorry") == COMPLETIONS.adding("sorry") == {"text": "sorry"}
    assert COMPLETIONS.capped({"prompt": "x"}, 5) == {"prompt": "x", "max_tokens": 5}
    assert EMBEDDINGS.role("/data/0") == "field"
