"""Texts that read otherwise than they are written: escapes, digits for letters, letters set apart, other scripts' letters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from yanmen.guard.decoding.view import Edit, View
from yanmen.guard.folding import UNSEEN, fold, origins

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4})+")
_HUNDREDTH = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-zA-Z]{2,12});?")
_ESCAPE = re.compile(
    r"(?:\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\[0-7]{3}|[Uu]\+[0-9A-Fa-f]{4,5}[ ,]{0,2})+"
)
_ONE = re.compile(
    r"\\u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})|\\x([0-9A-Fa-f]{2})|\\([0-7]{3})|[Uu]\+([0-9A-Fa-f]{4,5})[ ,]{0,2}"
)
_LEET = re.compile(r"(?<![\w@$!|])(?=[\w@$!|+]*[A-Za-z])[\w@$!|+]*[0134578@$!|][\w@$!|+]*")
_LETTERS = str.maketrans("0134578@$!|+", "oieastbasiit")
_SHORTEST, _LONGEST = 3, 20
"""Characters of a word in digits for letters."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_APART = re.compile(
    r"(?<![A-Za-z])[A-Za-z](?:([ .\-_*|/~·,])\1?[A-Za-z]){3,}(?![A-Za-z])"
    r"|[\u4e00-\u9fff](?:[ .\-_*|/~·•、+^#]{1,3}[\u4e00-\u9fff]){2,}"
)
_INSIDE = re.compile(
    r"(?<=[A-Za-z])(?:\*{1,4}|_{2,3}|`{1,3}|~{2}|</?[a-z]{1,6}>|[\u00b7\u2027•])(?=[A-Za-z])"
)
_DISGUISING = re.compile(
    f"[A-Za-z\u4e00-\u9fff][{UNSEEN}]+[A-Za-z\u4e00-\u9fff]"
    "|[A-Za-z][\u0370-\u03ff\u0400-\u04ff\u0500-\u052f\u0250-\u02af\u1d00-\u1d7f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z]"
    "|[\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f189\U0001f1e6-\U0001f1ff]{2}"
    "|[A-Za-z][\u0300-\u036f]{2}"
)
_HIGHEST = 0x10FFFF


def escapes(text: str) -> Iterator[Edit]:
    r"""Percent encoding, HTML entities, and ``\u0069``, ``\x69``, ``\151``, ``U+0069``, each where it stands."""
    found = [(match, _unpercented(match[0])) for match in _PERCENT.finditer(text)]
    found += [(match, html.unescape(match[0])) for match in _ENTITY.finditer(text)]
    found += [(match, _unescaped(match[0])) for match in _ESCAPE.finditer(text)]
    done = 0
    for match, said in sorted(found, key=lambda one: one[0].start()):
        if match.start() >= done and said != match[0]:
            yield Edit(match.start(), match.end(), said)
            done = match.end()


def _unpercented(run: str) -> str:
    data = bytearray()
    for wide, narrow in _HUNDREDTH.findall(run):
        data += chr(int(wide, 16)).encode("utf-8", "replace") if wide else bytes.fromhex(narrow)
    return data.decode("utf-8", "replace")


def _unescaped(run: str) -> str:
    codes = []
    for groups in _ONE.findall(run):
        code = next(int(group, 8 if place == 4 else 16) for place, group in enumerate(groups) if group)  # noqa: PLR2004
        codes.append(code if code <= _HIGHEST else 0xFFFD)
    return "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def leet(text: str) -> Iterator[Edit]:
    """Words with digits and signs for letters: ``1gn0r3``. Addresses are none."""
    addresses = (
        {place for found in _ADDRESS.finditer(text) for place in range(*found.span())}
        if "@" in text
        else set()
    )
    for found in _LEET.finditer(text):
        word = found[0].rstrip("!|+")
        letters = sum(character.isalpha() for character in word)
        usual = letters * 2 >= len(word) and "_" not in word
        if _SHORTEST <= len(word) <= _LONGEST and usual and found.start() not in addresses:
            said = word.translate(_LETTERS)
            if said != word:
                yield Edit(found.start(), found.start() + len(word), said)


def joined(text: str) -> Iterator[Edit]:
    """Letters and 汉字 set apart by spaces or signs, and emphasis inside words."""
    edits = [Edit(found.start(), found.end(), _together(found[0])) for found in _APART.finditer(text)]
    edits += [Edit(found.start(), found.end(), "") for found in _INSIDE.finditer(text)]
    done = 0
    for edit in sorted(edits):
        if edit.start >= done:
            yield edit
            done = edit.end


def _together(run: str) -> str:
    """Two separators in a row end a word."""
    words = re.split(r"(?<=[A-Za-z])[ .\-_*|/~·,]{2,}(?=[A-Za-z])", run)
    return " ".join(re.sub(r"[^A-Za-z\u4e00-\u9fff]", "", word) for word in words)


def folded(of: View) -> View | None:
    """The folded view of a text that hides letters in unseen characters, other scripts or heaps of accents; else None."""
    if of.text.isascii() or not _DISGUISING.search(of.text):
        return None
    places = origins(of.text)[:-1]
    return of.seen(fold(of.text), places, [place + 1 for place in places], "look-alikes")
