"""Texts as numbers: words, Chinese characters and signs as hashes, for many texts at once.

A token is a run of letters and digits, one character of a script that is written without spaces, or a run of signs; letter case is
folded. A token's number is a polynomial hash of 64 bits; that of an n-gram is made from its tokens'. Texts never share one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]
_PRIME = 0x9E3779B97F4A7C15
_OTHER = np.uint64(0xC2B2AE3D27D4EB4F)
_FOLD = np.uint64(0xFF51AFD7ED558CCD)
_SPACE, _SIGN, _WORD, _HAN = 0, 1, 2, 3
_LONGEST_TOKEN = 256
"""Powers that are kept; beyond it they repeat."""
_MARK = "\n"
_AT_ONCE = 2_000
"""Texts that are cut into tokens together."""


class Tokens(NamedTuple):
    """The tokens of many texts, in order."""

    hashes: Hashes
    row: NDArray[np.int32]
    """Which text."""
    begin: NDArray[np.int32]
    """Where in its text, in characters."""
    end: NDArray[np.int32]
    starts: Places
    """Of text i the tokens ``starts[i]`` to ``starts[i + 1]``."""

    def grams(self, size: int) -> tuple[Hashes, Places]:
        """The n-grams of one size, and at which token each begins."""
        count = len(self.hashes) - size + 1
        if count <= 0:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64)
        mixed = self.hashes[:count].copy()
        for place in range(1, size):
            mixed *= _OTHER
            mixed += self.hashes[place : place + count]
        inside = np.flatnonzero(self.row[:count] == self.row[size - 1 :])
        return mix(mixed[inside] + np.uint64(size)), inside

    def without(self, rows: Places, spans: Places) -> Tokens:
        """Some texts, each without a stretch of its tokens (first, behind the last; among all)."""
        sizes = (self.starts[rows + 1] - self.starts[rows]).astype(np.int64)
        heads = np.concatenate(([0], np.cumsum(sizes)))
        text = np.repeat(np.arange(len(rows)), sizes)
        place = np.arange(heads[-1]) - heads[text] + self.starts[rows][text]
        kept = (place < spans[text, 0]) | (place >= spans[text, 1])
        place, text = place[kept], text[kept]
        starts = np.searchsorted(text, np.arange(len(rows) + 1)).astype(np.int64)
        return Tokens(self.hashes[place], text.astype(np.int32), self.begin[place], self.end[place], starts)


def mix(values: Hashes) -> Hashes:
    """Spread over all bits (the finaliser of MurmurHash3)."""
    values ^= values >> np.uint64(33)
    values *= _FOLD
    values ^= values >> np.uint64(29)
    return values


@cache
def _classes() -> NDArray[np.uint8]:
    """The class of each code point."""
    kinds = np.full(0x110000, _SIGN, np.uint8)
    for code in range(0x10000):
        character = chr(code)
        if character.isspace():
            kinds[code] = _SPACE
        elif character.isalnum():
            kinds[code] = _WORD
    kinds[0x10000:0x20000] = _WORD
    kinds[0x1F000:0x20000] = _SIGN
    for first, last in (
        (0x2E80, 0x2FDF),
        (0x3040, 0x30FF),
        (0x3400, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF),
    ):
        kinds[first : last + 1] = _HAN
    kinds[0x0E00:0x0EFF] = _HAN
    kinds[0x3000] = _SPACE
    return kinds


@cache
def _powers() -> Hashes:
    powers, value = [], 1
    for _ in range(_LONGEST_TOKEN):
        powers.append(value)
        value = value * _PRIME % (1 << 64)
    return np.array(powers, np.uint64)


def tokenize(texts: Sequence[str], longest: int) -> Tokens:
    """The tokens of texts, of each the first and the last ``longest / 2`` characters."""
    parts = [
        _tokenize(texts[first : first + _AT_ONCE], longest, first) for first in range(0, len(texts), _AT_ONCE)
    ]
    if not parts:
        none = np.zeros(0, np.int32)
        return Tokens(np.zeros(0, np.uint64), none, none, none, np.zeros(1, np.int64))
    row = np.concatenate([part[1] for part in parts])
    starts = np.searchsorted(row, np.arange(len(texts) + 1)).astype(np.int64)
    hashes, begin, end = (np.concatenate([part[place] for part in parts]) for place in (0, 2, 3))
    return Tokens(hashes.astype(np.uint64), row, begin.astype(np.int32), end.astype(np.int32), starts)


def _tokenize(
    texts: Sequence[str], longest: int, first: int
) -> tuple[Hashes, NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    folded = [_folded(_ends(text, longest)) for text in texts]
    lengths = np.array([len(text) + 1 for text in folded], np.int64)
    whole = _MARK.join(folded) + _MARK
    codes = np.frombuffer(whole.encode("utf-32-le", "replace"), np.uint32)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    kinds = _classes()[codes]
    begins = np.flatnonzero(
        (kinds != _SPACE) & (np.concatenate(([True], kinds[1:] != kinds[:-1])) | (kinds == _HAN))
    )
    if not len(begins):
        none = np.zeros(0, np.int32)
        return np.zeros(0, np.uint64), none, none, none
    inside = np.cumsum(np.bincount(begins, minlength=len(codes)))
    token = inside - 1
    told = np.flatnonzero((kinds != _SPACE) & (token >= 0))
    place = told - begins[token[told]]
    values = codes[told].astype(np.uint64) * _powers()[place % _LONGEST_TOKEN]
    sizes = np.bincount(token[told], minlength=len(begins))
    heads = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    hashes = mix(np.add.reduceat(values, heads) + sizes.astype(np.uint64))
    row = np.searchsorted(offsets, begins, side="right") - 1
    at = begins - offsets[row]
    return hashes, (row + first).astype(np.int32), at.astype(np.int32), (at + sizes).astype(np.int32)


def _ends(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest // 2] + _MARK + text[-(longest // 2) :]


def _folded(text: str) -> str:
    """Lower case, of the same length."""
    lower = text.lower()
    return (
        lower
        if len(lower) == len(text)
        else "".join(one if len(one.lower()) != 1 else one.lower() for one in text)
    )


def shown(text: str, longest: int, tokens: Tokens, first: int, size: int) -> str:
    """The characters of a text from which an n-gram was made: ``first`` is its first token, among all."""
    return _ends(text, longest)[tokens.begin[first] : tokens.end[first + size - 1]]
