"""Text of a file, whatever encoding it claims, and the lines that words stand on."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from yanmen.supply.walk import File, UnreadError

LARGEST = 16 << 20
"""Bytes of one text."""
_SEARCHED = 1 << 30
"""Characters that looking for lines may pass over in one text; after that lines are unknown."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]{1,30})")
_ENCODINGS = frozenset(
    {
        "utf-8",
        "ascii",
        "iso8859-1",
        "cp1252",
        "gbk",
        "gb18030",
        "gb2312",
        "big5",
        "shift_jis",
        "euc_jp",
        "euc_kr",
    }
)


def text(file: File, limit: int = LARGEST) -> str:
    """The file's text: by its byte order mark, by the encoding it names in a comment (PEP 263), else UTF-8."""
    return decoded(file.bytes(limit))


def decoded(data: bytes) -> str:
    """UnreadError (``malformed``) where the bytes are not of the encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _as(data[len(mark) :], encoding)
    for line in data.split(b"\n", 2)[:2]:
        if found := _COOKIE.match(line):
            return _as(data, _named(found[1].decode("ascii", "replace")))
    return _as(data, "utf-8")


def _named(encoding: str) -> str:
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise UnreadError("unsupported", f"encoding {encoding}")
    return known


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadError("malformed", f"byte {error.start} is not {encoding}") from None


class Lines:
    """Where in a text a thing stands. Asked in the text's own order, each place is found once."""

    def __init__(self, text: str) -> None:
        """Nothing is searched before it is asked for."""
        self._text = text
        self._place = 0
        self._line = 1
        self._left = _SEARCHED

    def restart(self) -> None:
        """The next look starts at the beginning; what was passed over counts."""
        self._place, self._line = 0, 1

    def after(self, needle: str, *, stay: bool = False) -> int:
        """The line of the next ``needle``; 0, and nothing moves, where there is none. ``stay``: the next look starts here too."""
        if self._left < 0:
            return 0
        place = self._text.find(needle, self._place)
        self._left -= (place if place >= 0 else len(self._text)) - self._place
        if place < 0:
            return 0
        line = self._line + self._text.count("\n", self._place, place)
        if not stay:
            self._place, self._line = place + len(needle), line + needle.count("\n")
        return line


def table(value: Any) -> dict[str, Any]:
    """The value where it is a table; else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list; else an empty one."""
    return value if isinstance(value, list) else []


def word(value: Any) -> str:
    """The value where it is a string, without space around it; a number as it is written; else nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def words(value: Any) -> Iterator[str]:
    """The strings of a list, or the one string."""
    if isinstance(value, str):
        yield value.strip()
    for one in items(value):
        if isinstance(one, str):
            yield one.strip()
