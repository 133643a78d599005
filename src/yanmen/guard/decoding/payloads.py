"""Texts within texts: base64, hexadecimal, binary, character codes, Morse, and what unseen characters spell."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import pairwise

from yanmen.guard.decoding.view import Edit

LEAST = 6
"""Characters that a payload must say to be one."""
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]{4,}={0,2})*"
)
_GROUPS = re.compile(r"(?:[A-Za-z0-9+/_-]{2,24}={0,2}[ \t\r\n,\"'.]{1,3}){2,400}[A-Za-z0-9+/_-]{2,24}={0,2}")
_WORD = re.compile(r"[A-Z]?[a-z]+|[Bb]ase-?64")
_NAMED = re.compile(r"(?i)base[ _-]?64|b64|编码|解码|decode")
_HEX = re.compile(
    r"(?i)(?<![0-9a-z])(?:(?:0x|\\x)?[0-9a-f]{2}(?:[ ,:;\-\t]{0,2}|\r?\n)){7,}(?:0x|\\x)?[0-9a-f]{2}(?![0-9a-z])"
)
_BINARY = re.compile(r"(?<![0-9])(?:[01]{7,8}[ ,\n]{0,2}){4,}(?![0-9])")
_CODES = re.compile(r"(?<![\w.])(?:[0-9]{2,3}(?:[ ,;/-]{1,2})){7,}[0-9]{2,3}(?![\w.])")
_MORSE = re.compile(r"(?:[.\-·•−–—_]{1,6}(?:[ \t]+|[ \t]*[/|\n][ \t]*)){5,}[.\-·•−–—_]{1,6}")
_TAGS = re.compile("[\U000e0020-\U000e007e]{3,}")
_SELECTED = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_ZEROS = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{24,}")
_READABLE = re.compile(r"[\w\s.,;:!?'\"()\[\]{}<>/@#$%&*+=|~`^\\，。！？、；：“”‘’（）《》-]")
_WORDS = re.compile(r"[^\W_]{2,}")
_FURTHER = 0xE0100
_SECOND = 0xD8
"""The first byte where the second level of GB 2312 begins."""
_MORSE_LETTERS = dict(
    zip(
        (
            ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
            "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.. -.-.-- .----. -..-. ---..."
        ).split(),
        "abcdefghijklmnopqrstuvwxyz0123456789.,?!'/:",
        strict=True,
    )
)
_DOTS = str.maketrans("·•−–—_", "..----")


def readable(text: str) -> bool:
    """Whether decoded text is something that a person, or a model, reads."""
    if len(text) < LEAST:
        return False
    sample = text[:4096]
    shown = len(_READABLE.findall(sample))
    letters = sum(map(len, _WORDS.findall(sample)))
    return shown >= 0.95 * len(sample) and letters >= 0.5 * len(sample)


def _text(data: bytes) -> str:
    """Bytes as the text they are; empty where they are none."""
    for encoding in ("utf-8", "gb2312"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if readable(text) and (encoding == "utf-8" or _usual(text)):
            return text
    if len(data) % 2 == 0 and data[1::2].count(0) > len(data) // 3:
        text = data.decode("utf-16-le", "replace")
        return text if readable(text) else ""
    return ""


def _usual(text: str) -> bool:
    """Whether 汉字 are of GB 2312's first level: chance hits the second as often, and writers hardly do."""
    leads = [one.encode("gb2312")[0] for one in text[:4096] if one >= "\u4e00"]
    return sum(byte < _SECOND for byte in leads) >= 0.95 * len(leads)


def base64s(text: str) -> Iterator[Edit]:
    """Standard and URL-safe base64, over several lines, with or without its padding; in small groups where it is called by name."""
    for found in _BASE64.finditer(text):
        if said := _unbase64(found[0]):
            yield Edit(found.start(), found.end(), said)
        elif "\n" in found[0]:
            yield from _lines(found)
    if _NAMED.search(text):
        for found in _GROUPS.finditer(text):
            groups = re.findall(r"[A-Za-z0-9+/_=-]+", found[0])
            while groups and _WORD.fullmatch(groups[0]):
                del groups[0]
            if len(groups) > 2 and (said := _unbase64("".join(groups))):  # noqa: PLR2004  # fewer are whole runs
                yield Edit(
                    found.end() - len(found[0].partition(groups[0])[2]) - len(groups[0]), found.end(), said
                )


def _lines(found: re.Match[str]) -> Iterator[Edit]:
    """Each line by itself, where together they are nothing."""
    for line in re.finditer(r"[A-Za-z0-9+/_=-]{12,}", found[0]):
        if said := _unbase64(line[0]):
            yield Edit(found.start() + line.start(), found.start() + line.end(), said)


def _unbase64(run: str) -> str:
    packed = re.sub(r"[\s=]", "", run)
    if packed.isalpha() and (packed.islower() or packed.isupper() or packed.istitle()):
        return ""
    packed = packed.replace("-", "+").replace("_", "/")
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        return _text(base64.b64decode(packed + "=" * (-len(packed) % 4)))
    except (binascii.Error, ValueError):
        return ""


def hexes(text: str) -> Iterator[Edit]:
    r"""Hexadecimal bytes, with or without spaces, ``0x`` or ``\x`` between them."""
    for found in _HEX.finditer(text):
        digits = re.sub(r"(?i)0x|\\x|[^0-9a-f]", "", found[0])
        if len(digits) % 2 == 0 and (said := _text(bytes.fromhex(digits))):
            yield Edit(found.start(), found.end(), said)


def numbers(text: str) -> Iterator[Edit]:
    """Binary digits in groups of eight, and decimal codes of characters."""
    for found in _BINARY.finditer(text):
        digits = re.sub(r"[^01]", "", found[0])
        groups = re.findall(r"[01]+", found[0])
        if len(digits) % 8 == 0 and max(map(len, groups)) > 8:  # noqa: PLR2004  # a byte's
            groups = [digits[at : at + 8] for at in range(0, len(digits), 8)]
        if said := _text(bytes(int(group[:8], 2) for group in groups if group)):
            yield Edit(found.start(), found.end(), said)
    for found in _CODES.finditer(text):
        codes = [int(code) for code in re.findall(r"[0-9]+", found[0])]
        if max(codes) < 127 and readable(said := "".join(map(chr, codes))):  # noqa: PLR2004  # the end of ASCII
            yield Edit(found.start(), found.end(), said)


def morse(text: str) -> Iterator[Edit]:
    """Dots and dashes; a stroke or a line end stands between words."""
    for found in _MORSE.finditer(text):
        words = re.split(r"\s*[/|\n]\s*|\s{3,}", found[0].translate(_DOTS).strip())
        letters = [[_MORSE_LETTERS.get(sign, "") for sign in word.split()] for word in words]
        flat = [letter for word in letters for letter in word]
        said = " ".join("".join(word) for word in letters).strip()
        if flat and flat.count("") <= len(flat) // 10 and len(set(said)) >= LEAST - 2 and readable(said):
            yield Edit(found.start(), found.end(), said)


def unseen(text: str) -> Iterator[Edit]:
    """What tag characters, variation selectors, and zero-width characters taken as bits spell."""
    for found in _TAGS.finditer(text):
        yield Edit(found.start(), found.end(), "".join(chr(ord(one) - 0xE0000) for one in found[0]))
    for found in _SELECTED.finditer(text):
        codes = (ord(one) for one in found[0])
        data = bytes(code - 0xFE00 if code < _FURTHER else code - 0xE0100 + 16 for code in codes)
        if said := _text(data):
            yield Edit(found.start(), found.end(), said)
    for found in _ZEROS.finditer(text):
        kinds = sorted(set(found[0]))
        if len(kinds) == 2:  # noqa: PLR2004  # the two bits
            for zero, one in (kinds, kinds[::-1]):
                bits = found[0].translate({ord(zero): "0", ord(one): "1"})
                if said := _text(int(bits, 2).to_bytes(-(-len(bits) // 8), "big")):
                    yield Edit(found.start(), found.end(), said)
                    break


def fragments(text: str) -> Iterator[Edit]:
    """Quoted pieces that are said to be put together: by ``+``, by name (``a = "ign"``), or by a word for it."""
    quoted = list(_QUOTED.finditer(text))
    if len(quoted) < 2 or not (_TOGETHER.search(text) or _PLUS.search(text)):  # noqa: PLR2004  # what can be joined
        return
    for group in _near(quoted):
        said = "".join(found[1] or found[2] or found[3] for found in group)
        if len(group) > 1 and readable(said):
            yield Edit(group[0].start(), group[-1].end(), said)


_QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|[“‘「『]([^”’」』\n]{1,200})[”’」』]|(?<![A-Za-z])'([^'\n]{1,200})'(?![A-Za-z])"
)
_TOGETHER = re.compile(
    r"(?i)\b(?:combin|concat|join|append|put (?:\w+ ){0,4}together|assembl|merge|stitch)|拼接|拼起来|合并|连接|连起来|组合|串起来|拼成"
)
_PLUS = re.compile(r"[\"'”’」]\s*\+\s*[\"'“‘「]|\b(\w{1,8})\s*\+\s*\w{1,8}\b")
_APART, _PIECES = 200, 64
"""Characters between two pieces of one thing, and how many pieces one thing has."""


def _near(found: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Runs of quoted pieces that stand near one another."""
    group = found[:1]
    for before, after in pairwise(found):
        if after.start() - before.end() > _APART or len(group) == _PIECES:
            yield group
            group = []
        group.append(after)
    yield group
