"""Placeholders."""

from __future__ import annotations

import json
import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Finding, Text, Verdict
from yanmen.guard.detectors.secrets import held_credential
from yanmen.guard.masking import (
    LONG,
    LONGEST,
    maskable,
    names,
    placeholder,
    places,
)
from yanmen.guard.scan import Plan
from yanmen.guard.stream import TextStream, redacted

KEY = b"k" * 32
PHONE = placeholder(KEY, "personal.mobile", "13812345678")
CARD = placeholder(KEY, "personal.id-card", "11010519491231002X")
VALUES = {PHONE: "13812345678", CARD: "11010519491231002X"}
PLAN = Plan((held_credential("hunter2hunter2"),))
PLACE = Text(text="", role="assistant", trust="untrusted", part="/p")
PIECES = (
    f"[{PHONE}]", PHONE, f"[{PHONE}", f"{CARD}]", f"[{CARD}]({PHONE})", PHONE[:-1], PHONE + "A", "x" + PHONE,
    "[", "]", "YM_", "[YM_MO",
    "YM_PHONE_AAAAAAAAAA", "hunter2hunter2", "电话是", " ", ",", "é", "\u200b",
)  # fmt: skip


def test_the_same_value_has_the_same_placeholder_and_no_other_has() -> None:
    """By tenant (its key), kind and value."""
    assert placeholder(KEY, "personal.mobile", "13812345678") == PHONE
    assert len({PHONE, CARD, placeholder(b"o" * 32, "personal.mobile", "13812345678")}) == 3
    assert placeholder(KEY, "personal.mobile", "13812345678", LONG).startswith(PHONE)
    assert placeholder(KEY, "secret.aws-s3", "x").startswith("YM_AWS_S_")
    assert names(f"to [{PHONE}], {CARD}.") == {PHONE, CARD}


def test_only_values_that_fit_anywhere_are_masked() -> None:
    """What would have to be escaped in JSON is cut for good."""
    assert maskable("王小明")
    for value in ("", 'a"b', "a\\b", "a\nb", "\ud800", "x" * (LONGEST + 1)):
        assert not maskable(value)


def test_placeholders_are_put_back_with_and_without_brackets() -> None:
    """Models drop them; half a pair is none of ours."""
    text = f"[{PHONE}] {PHONE} [{PHONE} {CARD}] x{PHONE} YM_PHONE_AAAAAAAAAA"

    assert redacted(text, places(text, VALUES)) == (
        f"13812345678 13812345678 [13812345678 11010519491231002X] x{PHONE} YM_PHONE_AAAAAAAAAA"
    )


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.integers(0, 20))
@settings(deadline=None)
def test_streams_give_back_what_whole_texts_give_back(text: str, seed: int) -> None:
    """At every chunking, no character lost; what the guard cuts beside it is cut."""
    secrets = (
        (one.start(), one.end(), "[redacted:secret.upstream-credential]")
        for one in re.finditer("hunter2hunter2", text)
    )
    want = redacted(text, [*places(text, VALUES), *secrets])
    chance, pieces, start = random.Random(seed), list[str](), 0
    while start < len(text):
        size = chance.choice((1, 1, 2, 3, 7, 40))
        pieces.append(text[start : start + size])
        start += size
    stream = TextStream(PLAN, PLACE, lambda _: Verdict.REDACT, values=VALUES)
    segments = [one for piece in pieces for one in stream.feed(piece)] + stream.finish()

    assert "".join(text[a:b] if other is None else other for a, b, other in segments) == want


def test_no_more_is_held_back_than_a_placeholder_is_long() -> None:
    """A text that could be one waits until it cannot."""
    stream = TextStream(PLAN, PLACE, lambda _: Verdict.REDACT, values=VALUES)
    held = 0
    for index, letter in enumerate("[YM_" + "A_" * 200):
        segments = stream.feed(letter)
        released = segments[-1].end if segments else 0
        held = max(held, index + 1 - max(released, stream._released))
    assert held <= 60


def test_restored_json_stays_json() -> None:
    """Inside the strings of tool calls and of structured answers."""
    text = json.dumps({"phone": f"[{PHONE}]", "id": CARD})

    assert json.loads(redacted(text, places(text, VALUES))) == {
        "phone": "13812345678",
        "id": "11010519491231002X",
    }


def test_what_is_put_back_is_no_finding() -> None:
    """The value stands in it, and findings are recorded."""
    asked: list[Finding] = []

    def judge(one: Finding) -> Verdict:
        asked.append(one)
        return Verdict.ALLOW

    stream = TextStream(PLAN, PLACE, judge, values=VALUES)
    segments = stream.finish(f"hunter2hunter2 {PHONE}")

    assert segments[-1].replacement == VALUES[PHONE]
    assert [one.rule.id for one in stream.findings] == ["secret.upstream-credential"]
    assert asked == stream.findings


def test_redactions_that_overlap_become_one() -> None:
    """The first stands for all of them."""
    assert redacted("abcdefgh", [(1, 4, "<1>"), (3, 6, "<2>"), (6, 7, "<3>")]) == "a<1><3>h"
    assert redacted("abc", []) == "abc"
