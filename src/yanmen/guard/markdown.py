"""What of a Markdown text is code, read as it comes: tags and addresses in code are shown, not obeyed.

It errs to one side. What it calls code is code to CommonMark and to GitHub's dialect; where a container, raw HTML, a table or an
unclosed backtick makes the answer depend on more than it keeps, it says that the place is not code.
"""

from __future__ import annotations

import re

LONGEST_LINE = 4_096
"""Characters of an unfinished line that are kept; in a longer one nothing is called a code span."""
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_TOKENS = re.compile(r"\\.|`+|[<|]", re.DOTALL)
_OPENING = re.compile(r"[ \t>*+\d.)-]*<(?P<for_ever>[!?]|/?(?:pre|script|style|textarea)\b)?", re.IGNORECASE)
"""A line that may begin raw HTML; of some kinds it lasts past blank lines."""
_BLOCK = re.compile(r" {4}| {0,3}\t| {0,3}(?:[#>*+-]|\d{1,9}[.)])")
"""A line that begins a block of its own, or may be indented code."""


class Code:
    """A text on its way past."""

    __slots__ = ("_fence", "_line", "_lost", "_raw", "_unsure")

    def __init__(self) -> None:
        """Begin a text."""
        self._line = ""
        """The unfinished line; of a longer one its beginning."""
        self._fence = ""
        """The characters that opened the block we are in; empty: none."""
        self._raw = False
        """Raw HTML may be going on that swallows fences: until the next blank line."""
        self._unsure = False
        """Backticks of this paragraph may pair in another way than by lines: until the next blank line."""
        self._lost = False
        """Raw HTML of a kind that blank lines do not end was begun: nothing is called code any more."""

    def read(self, text: str) -> None:
        """Read on."""
        if self._lost:
            return
        text = self._line + text
        if "\n" in text or "\r" in text:
            held = "\r" if text.endswith("\r") else ""  # a line feed may belong to it
            *lines, last = _lines(text[: len(text) - len(held)])
            text = last + held
            for line in lines:
                self._take(line[: LONGEST_LINE + 1])
        self._line = text[: LONGEST_LINE + 1]

    def at(self, more: str) -> str:
        """What stands right behind ``more``, which follows what was read: ``fence``, ``span`` or nothing."""
        here, line = self, self._line + more
        if "\n" in line or "\r" in line:
            here = Code()
            here._fence, here._raw, here._unsure, here._lost = (
                self._fence,
                self._raw,
                self._unsure,
                self._lost,
            )
            *lines, line = _lines(line)
            for one in lines:
                here._take(one[: LONGEST_LINE + 1])
        if here._lost:
            return ""
        if here._fence:
            return "fence"
        if not line.endswith("`") or here._unsure or len(line) > LONGEST_LINE:
            return ""
        if _BLOCK.match(line) or _OPENING.match(line) or line.endswith("``"):
            return ""
        return "span" if _open(line[:-1]) == "" and _open(line) == "`" else ""

    def _take(self, line: str) -> None:
        """One whole line."""
        if self._lost:
            return
        if self._fence:
            bare = line.rstrip(" \t")
            body = bare.lstrip(" ")
            closes = len(bare) - len(body) <= 3 and body and set(body) == {self._fence[0]}  # noqa: PLR2004  # CommonMark 4.5
            if closes and len(body) >= len(self._fence):
                self._fence = ""
                self._raw = self._unsure = False
            return
        if not line.strip(" \t"):
            self._raw = self._unsure = False
            return
        if line[0] in "`~" and len(line) <= LONGEST_LINE and not self._raw and (found := _FENCE.match(line)):
            self._fence = found[1] or found[2]
            return
        if opening := _OPENING.match(line):
            self._raw = self._unsure = True
            self._lost = opening["for_ever"] is not None
        if _BLOCK.match(line) or _open(line) != "":
            self._unsure = True


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _open(line: str) -> str | None:
    """The backticks of a code span that is open at the end of a line; empty: none; None: it depends on more than the line."""
    run = ""
    for one in _TOKENS.findall(line):
        if one[0] == "`":
            if not run:
                run = one
            elif one == run:
                run = ""
        elif one == "|" or (not run and one == "<"):
            return None
    return run
