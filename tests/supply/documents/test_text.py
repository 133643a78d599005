"""Text in whatever encoding it claims, and the lines of words."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.documents import text as module
from yanmen.supply.documents.text import Lines, decoded, items, table, word, words
from yanmen.supply.walk import UnreadError


@pytest.mark.parametrize(
    "data",
    [
        "中文".encode(),
        codecs.BOM_UTF8 + "中文".encode(),
        codecs.BOM_UTF16_LE + "中文".encode("utf-16-le"),
        codecs.BOM_UTF32_BE + "中文".encode("utf-32-be"),
    ],
)
def test_marks_of_byte_order_are_obeyed(data: bytes) -> None:
    """PowerShell writes requirements in UTF-16."""
    assert decoded(data) == "中文"


def test_a_comment_names_the_encoding() -> None:
    """As in Python's own source."""
    assert decoded(b"# -*- coding: gbk -*-\n" + "中".encode("gbk")).endswith("中")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\x00\xff", "malformed"),
        (b"# coding: zlib\n", "unsupported"),
        (b"# coding: no-such\n", "unsupported"),
    ],
)
def test_what_is_no_text_is_said(data: bytes, reason: str) -> None:
    """A codec that unpacks is no encoding."""
    with pytest.raises(UnreadError) as error:
        decoded(data)

    assert error.value.reason == reason


def test_lines_are_found_in_order() -> None:
    """Each once; or again where the next look starts at the same place."""
    lines = Lines("a\nb\na\n")

    assert [lines.after("a", stay=True), lines.after("a"), lines.after("a"), lines.after("a")] == [1, 1, 3, 0]


def test_a_second_look_starts_at_the_beginning() -> None:
    """Where it is told to."""
    lines = Lines("a\nb\n")
    lines.after("b")
    lines.restart()

    assert lines.after("a") == 1


def test_looking_for_lines_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many characters a line is unknown."""
    monkeypatch.setattr(module, "_SEARCHED", 10)
    lines = Lines("a\n" * 20)

    assert [lines.after("z"), lines.after("a")] == [0, 0]


def test_values_of_another_kind_are_nothing() -> None:
    """Whatever a file holds where a table was expected."""
    assert (table([]), items({}), word(None), word(1.5), word(True), list(words(["a", 1, " b "]))) == (
        {},
        [],
        "",
        "1.5",
        "",
        ["a", "b"],
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_an_unread_error(data: bytes) -> None:
    """Nothing else."""
    with contextlib.suppress(UnreadError):
        decoded(data)
