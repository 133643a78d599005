"""What a text says once its disguises are taken off: bounded in depth, size and number, each view with its way back.

One scan says whether there is anything to take off; for nearly every text there is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from yanmen.guard.decoding import ciphers, payloads, rewriting
from yanmen.guard.decoding.ciphers import backwards, shown
from yanmen.guard.decoding.view import Edit, View, original, payload, rewritten
from yanmen.guard.scan import compiled, search

DEPTH = 3
"""Disguises within one another that are taken off."""
MOST = 40
"""Views of one text."""
ROOM = 1 << 16
"""Characters that all views of a text may have in all, beside three times the text's own."""
LONGEST = 1 << 20
"""Characters of a text that is looked through; a longer one that shows a disguise is not known."""
_UNSEEN = (
    r"[\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}"
    r"\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff0}-\x{fff8}\x{e0000}-\x{e0fff}]"
)
_HAN = r"[\x{4e00}-\x{9fff}]"
_SHAPES = {
    "base64": r"[A-Za-z0-9+/_-]{16}|(?i:base[ _-]?64|b64)",
    "hexadecimal": r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:;\n-]{0,2}){8}",
    "numbers": r"(?:[01]{7,8}[ ,\n]{0,2}){4}|(?:[0-9]{2,3}[ ,;/-]{1,2}){7}[0-9]",
    "morse": r"(?:[.\-·•−–—_]{1,6}[ \t/|\n]{1,3}){6}",
    "unseen characters": _UNSEEN,
    "fragments": r"[\"'”’」』]\s?\+|\+\s?[\"'“‘「『]|(?i:combin|concat|\bjoin|append|together|assembl|merge|stitch)|拼|合并|连接|连起来"
    r"|组合|串起来|\b\w{1,8} ?\+ ?[A-Za-z]",
    "escapes": r"%[0-9A-Fa-fu]{2}[^%]{0,12}%[0-9A-Fa-fu]{2}|&(?:#[0-9xX]|[a-zA-Z]{2,8};)|\\(?:[uUx][0-9a-fA-F{]{2}|[0-7]{3})"
    r"|[Uu]\+[0-9a-fA-F]{4}",
    "leetspeak": r"[A-Za-z][0134578$!|]{1,2}[A-Za-z]|[A-Za-z][0134578@$!|]{1,2}[A-Za-z]{0,3}[0134578@$!|]|\b[0134578@$][A-Za-z]{2}",
    "letters set apart": r"(?:\b[A-Za-z][ .\-_*|/~·,]{1,2}){4}|[A-Za-z](?:\*{1,4}|_{2,3}|`{1,3}|~~|</?[a-z]{1,6}>)[A-Za-z]"
    rf"|{_HAN}(?:[ .\-_*|/~·•、+^#]{{1,3}}{_HAN}){{2}}",
    "pinyin": r"[āǎēěīǐōǒūǔǖǘǚǜ]|(?i:\b(?:hu[ '’-]?l[uv]|zhi[ '’-]?ling|xi[ '’-]?tong|ti[ '’-]?shi|wu[ '’-]?shi|gui[ '’-]?ze|"
    r"xian[ '’-]?zhi|mi[ '’-]?ma|wang[ '’-]?ji|yue[ '’-]?yu|shu[ '’-]?chu|ban[ '’-]?yan|(?:hu|zhi|xi|ti|wu|gui|xian)[1-5]))",
    "split characters": r"[扌讠纟氵犭阝宀刂亻忄礻钅艹彳丿凵殳艮]|勿心|田各|言司|言己|人令",
    "look-alikes": r"[\x{370}-\x{52f}\x{250}-\x{2af}\x{1d00}-\x{1d7f}][A-Za-z]|[A-Za-z][\x{370}-\x{52f}\x{250}-\x{2af}\x{1d00}-\x{1d7f}]"
    rf"|[\x{{300}}-\x{{36f}}]{{2}}|{_UNSEEN}|[\x{{1d400}}-\x{{1d7ff}}\x{{24b6}}-\x{{24e9}}\x{{1f130}}-\x{{1f189}}\x{{1f1e6}}-\x{{1f1ff}}]{{2}}",
}
"""What shows that a text may be disguised in each way; a wider net than the readers behind it."""


class Decoded(NamedTuple):
    """The views of a text."""

    views: tuple[View, ...] = ()
    complete: bool = True
    """False: there was more to take off than is allowed, so that what the text says is not known."""


_NOTHING = Decoded()
_Reader = Callable[[str], Iterable[Edit]]
_PAYLOADS: tuple[tuple[str, _Reader], ...] = (
    ("base64", payloads.base64s),
    ("hexadecimal", payloads.hexes),
    ("numbers", payloads.numbers),
    ("morse", payloads.morse),
    ("unseen characters", payloads.unseen),
    ("fragments", payloads.fragments),
)
_REWRITTEN: tuple[tuple[str, _Reader], ...] = (
    ("escapes", rewriting.escapes),
    ("leetspeak", rewriting.leet),
    ("letters set apart", rewriting.joined),
    ("pinyin", ciphers.pinyin),
    ("split characters", ciphers.split),
)


_CIPHERED = "ciphered"


@cache
def _shape(way: str) -> Any:
    """What shows one way; of no name: any."""
    if way == _CIPHERED:
        return compiled(_ciphered())
    return compiled(_SHAPES[way] if way else "|".join((*_SHAPES.values(), _ciphered())))


def _ciphered() -> str:
    words = [*shown(), *(word for word in backwards() if word.isascii())]
    return "|".join((f"(?i:{'|'.join(words)})", *(word for word in backwards() if not word.isascii())))


def _shows(data: bytes, way: str) -> bool:
    return search(_shape(way), data, 0, len(data))[0] >= 0


def disguised(text: str) -> bool:
    """Whether a text may say more than it shows: one scan."""
    return _shows(text.encode("utf-8", "replace"), "")


def decoded(text: str) -> Decoded:
    """Everything a text says without its disguises. Never raises; bounded whatever the text is."""
    if not disguised(text):
        return _NOTHING
    if len(text) > LONGEST:
        return Decoded(complete=False)
    found: list[View] = []
    known = {text}
    room = ROOM + 3 * len(text)
    level = [original(text)]
    for _ in range(DEPTH):
        further: list[View] = []
        for view in (each for one in level for each in _undisguised(one)):
            if view.text in known:
                continue
            known.add(view.text)
            room -= len(view.text)
            if room < 0 or len(found) == MOST:
                return Decoded(tuple(found), complete=False)
            found.append(view)
            further.append(view)
        level = [view for view in further if disguised(view.text)]
    complete = not any(_payload(view) for view in level)
    return Decoded(tuple(found), complete)


def _payload(view: View) -> bool:
    """Whether a text within a text is left where no more may be taken off."""
    return any(next(iter(read(view.text)), None) is not None for _, read in _PAYLOADS[:2])


def _undisguised(of: View) -> Iterator[View]:
    """The text without each of its disguises, one at a time."""
    data = of.text.encode("utf-8", "replace")
    for way, read in _PAYLOADS:
        if _shows(data, way) and (edits := list(read(of.text))):
            yield payload(of, edits, way)
            if len(edits) > 1:
                yield payload(of, edits, way, glue="")
    for way, rewrite in _REWRITTEN:
        if (
            (way == "escapes" or way not in of.ways)
            and _shows(data, way)
            and (edits := sorted(rewrite(of.text)))
        ):
            yield rewritten(of, edits, way)
    if _shows(data, "look-alikes") and (view := rewriting.folded(of)) is not None:
        yield view
    if _shows(data, _CIPHERED):
        yield from ciphers.ciphered(of)
