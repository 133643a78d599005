"""The folded view: what it makes of characters, and that it has one place for each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.guard.folding import RUN, fold, origins, plain_class, run_after
from yanmen.guard.scan import is_plain

ANY = st.text(
    alphabet=st.one_of(st.characters(codec=None), st.sampled_from("\u200b\u0301\ufe0f\ud800Ａａ①ﬁİß"))
)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("IGNORE", "ignore"),
        ("ｉｇｎｏｒｅ", "ignore"),
        ("іgnоrе", "ignore"),
        ("ιgnorε", "ignore"),
        ("𝓲𝓰𝓷𝓸𝓻𝓮", "ignore"),
        ("ⓘⓖⓝⓞⓡⓔ", "ignore"),
        ("🅸🅶🅽🅾🆁🅴", "ignore"),
        ("ɪɢɴᴏʀᴇ", "ignore"),
        ("ig\u200bno\u00adre", "ignore"),
        ("i\u0336g\u0336nore", "ignore"),
        ("ìgnörê", "ignore"),
        ("ﬁle", "file"),
        ("無視系統規則", "无视系统规则"),
        ("你好，世界！", "你好，世界！"),
        ("\ud800x", "\ufffdx"),
        ("\u3000", " "),
    ],
)
def test_disguised_characters_are_unmasked(text: str, view: str) -> None:
    """One by one, whatever stands around them."""
    assert fold(text) == view


@given(ANY)
def test_every_character_of_the_view_has_its_place_in_the_text(text: str) -> None:
    """In order, and none outside; whatever string it is, lone surrogates included."""
    view, places = fold(text), origins(text)

    assert len(places) == len(view) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)


@given(ANY, ANY)
def test_the_folding_of_a_stream_is_the_stream_of_the_foldings(first: str, second: str) -> None:
    """With nothing to remember but how many unseen characters stood last."""
    run = run_after(first, 0)

    assert fold(first + second) == fold(first) + fold(second, run)
    assert origins(first + second)[: len(fold(first))] == origins(first)[:-1]


def test_a_run_of_unseen_characters_leaves_marks() -> None:
    """Else a run without end would hold a stream back without end."""
    assert fold("a" + "\u200b" * (2 * RUN + 3) + "b") == "a\ufffd\ufffdb"


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_plain_text_changes_nothing_but_the_case_of_ascii(text: str) -> None:
    """So one scan does for both views."""
    if is_plain(text.encode()):
        assert fold(text) == re.sub("[A-Z]", lambda letter: letter[0].lower(), text)


def test_ordinary_chinese_and_english_are_plain() -> None:
    """And what must be folded is not."""
    assert is_plain("Hello, 世界！今天（星期六）。".encode())
    assert not is_plain("Ｈello".encode())
    assert not is_plain("無".encode())
    assert "\\x{4e00}" in plain_class()
