"""What the door and its shell say to each other."""

from __future__ import annotations

from yanmen.core.nouns import Decision, Ref, Verdict
from yanmen.gateway.commands import Call, Cut


def test_a_call_knows_its_language_and_headers() -> None:
    """Every value of a header, in order."""
    headers = [(b"accept-language", b"zh-CN"), (b"x", b"1"), (b"x", b"2")]
    call = Call("call_1", 1, "GET", "/", headers, "")

    assert call.tongue == "zh"
    assert call.header(b"x") == [b"1", b"2"]
    assert not call.crowded


def test_a_cut_carries_its_decision() -> None:
    """So that the event can name it."""
    decision = Decision(id="dec_1", at=1, subject=Ref(kind="key", id="k"), verdict=Verdict.BLOCK)

    assert Cut(decision).decision is decision
