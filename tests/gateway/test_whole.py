"""Strings of a stream that arrive whole."""

from __future__ import annotations

from yanmen.core.nouns import Verdict
from yanmen.gateway.ruling import Ruler
from yanmen.gateway.whole import Strings
from yanmen.guard import Guard
from yanmen.llm.wire.codec import Piece
from yanmen.llm.wire.openai import CHAT

SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"


def strings(guard: Guard, clean: set[str]) -> Strings:
    """Every finding is cut."""
    return Strings(guard, Ruler(lambda _: Verdict.REDACT, lambda _: Verdict.BLOCK), CHAT, clean)


def piece(text: str, part: str = "/x", group: str = "") -> Piece:
    """A string that arrives whole."""
    return Piece(part, part, text, grows=False, group=group)


def test_what_was_clean_is_not_looked_at_again(guard: Guard) -> None:
    """In this answer; in all of them where it stands in a field that all repeat."""
    clean: set[str] = set()
    one = strings(guard, clean)

    assert one.cuts(piece("gpt")) == one.cuts(piece("gpt", "/model")) == []
    assert one.harmless == {"gpt"}
    assert strings(guard, clean).cuts(piece("other", "/model")) == []
    assert clean == {"other"}


def test_a_string_that_comes_in_pieces_all_the_same_ends_the_stream(guard: Guard) -> None:
    """What has left cannot be cut any more."""
    one = strings(guard, set())
    for at in range(0, len(SECRET), 9):
        one.cuts(piece(SECRET[at : at + 9], group="/"))

    assert one.stopped
    assert one.findings


def test_in_arguments_a_place_is_of_the_text_as_it_was_sent(guard: Guard) -> None:
    """Judged without escapes, cut with them."""
    spelt = "".join(f"\\u{ord(character):04x}" for character in SECRET)
    (cut,) = strings(guard, set()).cuts(piece(f'{{"k":"{spelt}"}}', "/choices/0/message/arguments"))

    assert (cut.start, cut.end) == (6, 6 + len(spelt))
