r"""JSON text seen with its string escapes resolved, piece by piece, and the way back to the places in the original.

Tool calls carry their arguments as JSON inside a string. ``"ig\u006eore"`` must be judged as ``ignore``, and a span
found there must be cut out of the original characters. Tool results and documents are JSON inside a string as often, and
JSON inside that: ``json.dumps`` writes every Chinese character as an escape, and models read them all the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Protocol

LAYERS = 4
"""Strings within strings whose escapes are resolved."""
_LOW = r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_OPEN = r"\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?))?\Z"
_TOKEN = re.compile(
    rf'(?P<open>{_OPEN})|(?P<pair>{_HIGH}{_LOW})|\\u(?P<hex>[0-9a-fA-F]{{4}})|\\(?P<short>["\\/bfnrt])'
)
_CLOSED = re.compile(
    rf'(?P<open>(?!))|(?P<pair>{_HIGH}{_LOW})|\\u(?P<hex>[0-9a-fA-F]{{4}})|\\(?P<short>["\\/bfnrt])'
)
_UNICODE = re.compile(r"\\u[0-9a-fA-F]{4}")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Unescaped:
    """A view of JSON text that grows. Offsets are characters; *view* offsets count resolved characters."""

    def __init__(self, *, visible: bool = False) -> None:
        """Start empty. ``visible``: escapes of characters that nobody sees are left as they are written."""
        self._visible = visible
        self._held = ""
        self._view = 0
        self._raw = 0
        self._at: list[int] = []
        """View offset of each escape …"""
        self._end: list[int] = []
        """… and the raw offset behind it."""

    def feed(self, piece: str) -> str:
        """What the view gains by this piece; an escape that is not complete is kept back."""
        text = self._held + piece
        self._held = ""
        if "\\" not in text:
            self._view += len(text)
            self._raw += len(text)
            return text
        return self._resolve(text, _TOKEN)

    def finish(self) -> str:
        """What was kept back, as it stands."""
        text, self._held = self._held, ""
        return self._resolve(text, _CLOSED) if text else ""

    def raw(self, view: int) -> int:
        """The raw offset of a view offset."""
        index = bisect_left(self._at, view)
        if not index:
            return view
        return self._end[index - 1] + view - self._at[index - 1] - 1

    def forget(self, view: int) -> None:
        """Drop what is needed for places before a view offset only; bounds the memory of a long stream."""
        index = bisect_left(self._at, view) - 1
        if index > 0:
            del self._at[:index], self._end[:index]

    def _resolve(self, text: str, token: re.Pattern[str]) -> str:
        out: list[str] = []
        at = 0
        for match in token.finditer(text):
            if match["open"] is not None:
                self._held = text[match.start() :]
                break
            character = _character(match)
            if not character or (self._visible and not (character.isprintable() or character in "\n\r\t")):
                continue
            plain = text[at : match.start()]
            out += (plain, character)
            self._at.append(self._view + len(plain))
            self._view += len(plain) + 1
            self._raw += match.end() - at
            self._end.append(self._raw)
            at = match.end()
        tail = text[at : len(text) - len(self._held)]
        self._view += len(tail)
        self._raw += len(tail)
        return "".join(out) + tail


def _character(match: re.Match[str]) -> str:
    """What an escape stands for; nothing for a lone surrogate, which stands for no character."""
    if short := match["short"]:
        return _SHORT.get(short, short)
    if pair := match["pair"]:
        high, low = int(pair[2:6], 16), int(pair[8:12], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    code = int(match["hex"], 16)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)  # noqa: PLR2004  # the surrogates (Unicode 23.6)


def view_of(text: str) -> tuple[str, Unescaped | None]:
    """The whole view of a text, and the way back; None where they are the same."""
    if "\\" not in text:
        return text, None
    view = Unescaped()
    return view.feed(text) + view.finish(), view


class Way(Protocol):
    """The way back from a view."""

    def raw(self, view: int) -> int:
        """The raw offset of a view offset."""


class Layers:
    """Views of views."""

    def __init__(self, views: list[Unescaped]) -> None:
        """From the outermost on."""
        self._views = views

    def raw(self, view: int) -> int:
        """The raw offset of an offset in the innermost view."""
        for layer in reversed(self._views):
            view = layer.raw(view)
        return view


def layered(text: str, *, is_json: bool) -> tuple[str, Way | None]:
    r"""The view of a text that may be JSON, or hold some, and the way back; None where they are the same.

    What ``is_json`` has all its escapes resolved. Other text only if it has one like ``\u5ffd``, and then only those of
    characters that people see: code that names invisible characters hides nothing.
    """
    views: list[Unescaped] = []
    if is_json and "\\" in text:
        views.append(Unescaped())
        text = views[0].feed(text) + views[0].finish()
    while len(views) < LAYERS and _UNICODE.search(text):
        view = Unescaped(visible=True)
        seen = view.feed(text) + view.finish()
        if seen == text:
            break
        views.append(view)
        text = seen
    return text, Layers(views) if views else None
