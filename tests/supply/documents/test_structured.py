"""JSON and TOML within bounds."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.documents.structured import Keys, json_of, parsed_json, relaxed_json, toml_of
from yanmen.supply.walk import File, UnreadError, Walk


def _file(tmp_path: Path, data: bytes) -> File:
    (tmp_path / "x").write_bytes(data)
    file = Walk(tmp_path).find("x")
    assert file is not None
    return file


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_that_nests_without_end(tmp_path: Path, data: bytes) -> None:
    """Is too large, not a crash."""
    with pytest.raises(UnreadError, match="too-large"):
        json_of(_file(tmp_path, data))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"{'a': 1}"])
def test_what_is_no_json(tmp_path: Path, data: bytes) -> None:
    """Is said."""
    with pytest.raises(UnreadError, match="malformed"):
        json_of(_file(tmp_path, data))


def test_half_a_character_is_read() -> None:
    """A lone surrogate: npm writes and reads it."""
    assert parsed_json('{"a": "\\ud800"}')["a"] == "\ud800"


def test_json_as_bun_writes_it() -> None:
    """Commas before brackets, comments; neither within strings."""
    assert relaxed_json('{"a": ["//x", 1,], /* c */ "b": ",}", // d\n}') == {"a": ["//x", 1], "b": ",}"}


def test_keys_know_their_lines() -> None:
    """Two of one name, in the text's order."""
    keys = Keys('{\n"a": {\n"b": {}},\n"c": "b",\n"b": {\n}}')

    assert [keys.line("a"), keys.line("b"), keys.line("b"), keys.line("none")] == [2, 3, 5, 0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a = " + b"[" * 100_000, "too-large"),
        (b".".join([b"a"] * 50_000) + b" = 1", "too-large"),
        (b"a = 1\na = 2", "malformed"),
        (b"a", "malformed"),
    ],
)
def test_toml_that_is_none(tmp_path: Path, data: bytes, reason: str) -> None:
    """Nested or dotted without end, or wrong."""
    with pytest.raises(UnreadError, match=reason):
        toml_of(_file(tmp_path, data))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "' + '\\"' * 300_000 + '"}',
        '"' + '\\"' * 300_000,
        "/*" * 300_000,
        '["' + '", "' * 200_000 + '"]',
    ],
)
def test_strings_and_comments_are_passed_once(text: str) -> None:
    """Whatever begins within them: else these would take hours."""
    Keys(text)
    with contextlib.suppress(UnreadError):
        relaxed_json(text)


def test_long_words_and_chains_are_passed_once(tmp_path: Path) -> None:
    """The same of TOML."""
    chains = ("a." * 190 + "a = 1\n").encode()

    assert toml_of(_file(tmp_path, b'x = "' + b"a" * 1_000_000 + b'"'))[0]["x"]
    with pytest.raises(UnreadError, match="malformed"):
        toml_of(_file(tmp_path, chains * 2))


@given(st.text(max_size=100))
def test_any_text_is_json_or_an_unread_error(text: str) -> None:
    """Nothing else."""
    for read in (parsed_json, relaxed_json):
        with contextlib.suppress(UnreadError):
            read(text)
