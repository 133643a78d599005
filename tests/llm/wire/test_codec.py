"""What every surface has unless it says otherwise."""

from __future__ import annotations

from yanmen.core.nouns import Text
from yanmen.llm.wire.anything import ANYTHING
from yanmen.llm.wire.codec import Piece, Request, texts_of
from yanmen.llm.wire.openai import CHAT


def test_tokens_are_estimated_of_what_is_said() -> None:
    """Names and other fields are no prompt."""
    said = Text(text="a" * 40, role="user", trust="user")
    field = Text(text="b" * 40, role="field", trust="untrusted")

    assert Request({}, "m", False, "", (said, field), (), frozenset()).tokens == 10


def test_pieces_of_a_whole_answer_stand_in_their_own_places() -> None:
    """JSON inside a string is seen without its escapes."""
    pieces = [
        Piece("/a/arguments", "/x/arguments", '{"\\u0061": 1}', grows=True, group="/"),
        Piece("/b", "/y", "", grows=False, group=""),
    ]
    whole = texts_of(CHAT, pieces)

    assert [(text.part, text.text) for text in whole.texts] == [("/a/arguments", '{"a": 1}')]
    assert whole.viewed == {"/a/arguments"}


def test_a_request_may_get_another_model() -> None:
    """And nothing else changes."""
    assert ANYTHING.renamed({"model": "a", "n": 1}, "b") == {"model": "b", "n": 1}
    assert ANYTHING.counted({"n": 1}) == ANYTHING.capped({"n": 1}, 5) == {"n": 1}
    assert not ANYTHING.sealed("/x")
