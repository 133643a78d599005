"""Files as text: packed or not, in any usual encoding, and never more of them than asked for."""

from __future__ import annotations

import gzip

import pytest

from yanmen.supply.datasets.reading.opening import Reader, UnreadError, encoding_of, lines
from yanmen.supply.targets import Artifact

TEXT = "第一行，训练数据\nsecond line\n" * 50
MOST = 1 << 20


def _read(data: bytes, most: int = MOST) -> tuple[str, Reader]:
    reader = Reader(Artifact.held("x.jsonl", data), most)
    text = "".join(reader.pieces())
    reader.close()
    return text, reader


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_are_told(encoding: str, told: str) -> None:
    """And what comes out is the text."""
    text, reader = _read(TEXT.encode(encoding))

    assert text == TEXT
    assert reader.encoding == told
    assert reader.undecodable == 0


def test_utf_16_without_a_mark_is_told() -> None:
    """By its zero bytes, in both orders."""
    assert encoding_of(("label,text\n" * 20).encode("utf-16-le")) == "utf-16-le"
    assert encoding_of(("label,text\n" * 20).encode("utf-16-be")) == "utf-16-be"


def test_gzip_is_read_by_content() -> None:
    """Its name does not say so."""
    assert _read(gzip.compress(TEXT.encode()))[0] == TEXT


def test_zstandard_is_read_by_content() -> None:
    """One raw block, as the format says; what is broken is unreadable."""
    assert _read(bytes.fromhex("28b52ffd2005290000") + b"a,b\n1")[0] == "a,b\n1"
    with pytest.raises(UnreadError) as raised:
        _read(bytes.fromhex("28b52ffd0458090000") + b"x")

    assert raised.value.reason == "unreadable"


def test_bytes_that_are_no_characters_are_counted() -> None:
    """U+FFFD that the text has of its own is not."""
    text, reader = _read(("ok \ufffd " * 30_000).encode() + b"\xff\xfe bad")

    assert reader.undecodable == 2
    assert text.endswith("\ufffd\ufffd bad")


@pytest.mark.parametrize("data", [gzip.compress(TEXT.encode())[:-20], b"\x1f\x8b\x08broken"])
def test_a_broken_archive_is_unreadable(data: bytes) -> None:
    """What came before may have been given; the end is said."""
    with pytest.raises(UnreadError, match="unreadable"):
        _read(data)


def test_a_bomb_ends_at_the_bound() -> None:
    """Ten megabytes out of ten thousand bytes."""
    with pytest.raises(UnreadError, match="too-large"):
        _read(gzip.compress(b" " * 10_000_000))


def test_a_binary_file_is_no_text() -> None:
    """An image, say."""
    with pytest.raises(UnreadError, match="binary"):
        _read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8)


def test_lines_are_numbered_and_a_long_one_is_not_held() -> None:
    """None stands in its place, however it was cut into pieces."""
    pieces = ["a\nbb", "bbbb", "bbbbbb\ncc\n", "d" * 20]

    assert list(lines(iter(pieces), 5)) == [(1, "a\n"), (2, None), (3, "cc\n"), (4, None)]
