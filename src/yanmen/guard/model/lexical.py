"""A linear model over hashed character and word n-grams: what most texts are cleared by in a fraction of a millisecond.

Nothing is looked up in a dictionary, so every language and every made-up word has features. A text is read in windows, so
that one planted sentence does not drown in a long document.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from yanmen.guard.model.card import FOLDER, Card

Channel = Literal["user", "data"]
"""Who a text comes from: the user's own words, or untrusted data (documents, tool results, retrieved passages)."""
Language = Literal["zh", "en", "other"]
"""What thresholds are kept apart for: scores of n-grams do not compare across scripts."""

BITS = 19
BUCKETS = 1 << BITS
"""Number of weights a channel has: n-grams are hashed into so many."""
ORDERS = 5
"""Character n-grams have one to so many characters."""
WINDOW, STRIDE = 384, 288
"""Characters of a window, and from one window's beginning to the next one's."""
FEATURES = 1 << 16
"""Features of one text at most: :func:`features` reads no more of a text than makes so many."""

_SPREAD = np.uint32(0x9E3779B1)
_MIX = np.uint32(0x85EBCA6B)
_ROLL = np.uint32(0x01000193)
_DIGITS = np.uint32(48)
_POWERS = np.cumprod(np.full(64, _ROLL, dtype=np.uint32), dtype=np.uint32)
_KINDS = np.arange(15, dtype=np.uint32) * np.uint32(0x3C6EF35F)
_HAN = (0x3400, 0x9FFF)
_LATIN_END = 0x250


def _word_characters() -> NDArray[np.bool_]:
    """For each code point of the basic plane: is it a letter or digit of a script that puts spaces between words?"""
    letters = np.array([chr(code).isalnum() for code in range(0x3040)], dtype=np.bool_)
    return np.concatenate([letters, np.zeros(0x10000 - 0x3040, dtype=np.bool_)])


_IN_WORD = _word_characters()


def folded(text: str) -> str:
    """A text as its features see it: compatibility forms and case folded, runs of white space made one space."""
    return f" {' '.join(unicodedata.normalize('NFKC', text).casefold().split())} "


def features(text: str) -> NDArray[np.uint32]:
    """Bucket numbers below :data:`BUCKETS`, one for each n-gram of characters (1-5) and of words (1-3), repeats included.

    The order carries no meaning. Reads the first 13,000 characters of the folded text at most.
    """
    raw = folded(text)[: FEATURES // ORDERS].encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, dtype=np.uint32)
    codes = np.where((codes >= _DIGITS) & (codes < _DIGITS + 10), _DIGITS, codes)
    found = [*_characters(codes), *_words(codes)]
    kinds = _KINDS.take([kind for kind, _ in found]).repeat([len(hashes) for _, hashes in found])
    mixed: NDArray[np.uint32] = (np.concatenate([hashes for _, hashes in found]) + kinds) * _MIX
    mixed ^= mixed >> np.uint32(13)
    return mixed * _SPREAD >> np.uint32(32 - BITS)


Hashes = tuple[int, NDArray[np.uint32]]
"""What kind of n-gram they are, and hashes of it; the high bits are yet to be made to depend on all bits and on the kind."""


def _characters(codes: NDArray[np.uint32]) -> Iterator[Hashes]:
    """The n-grams of characters."""
    single = codes * _SPREAD
    single ^= single >> np.uint32(15)
    rolled = single
    yield 1, rolled
    for order in range(2, min(ORDERS, len(codes)) + 1):
        rolled = rolled[:-1] * _ROLL + single[order - 1 :]
        yield order, rolled


def _words(codes: NDArray[np.uint32]) -> Iterator[Hashes]:
    """Words, pairs, pairs with one word between, and triples. Scripts without spaces have none."""
    inside = _IN_WORD[np.minimum(codes, 0xFFFF)]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    if inside[0]:
        edges = np.concatenate([[0], edges])
    starts, ends = edges[::2], edges[1::2]
    starts = starts[: len(ends)]
    if not len(starts):
        return
    lengths = np.diff(np.append(starts, len(codes)))
    places = np.zeros(len(codes), dtype=np.intp)
    places[starts[0] :] = np.arange(len(codes) - starts[0]) - np.repeat(starts - starts[0], lengths)
    valued = np.where(inside, codes * _SPREAD * _POWERS[np.minimum(places, 63)], np.uint32(0))
    words = np.add.reduceat(valued, starts, dtype=np.uint32)
    yield 11, words
    if len(words) > 1:
        yield 12, words[:-1] * _ROLL + words[1:]
    if len(words) > 2:  # noqa: PLR2004 - a triple
        yield 13, words[:-2] * _ROLL + words[2:]
        yield 14, (words[:-2] * _ROLL + words[1:-1]) * _ROLL + words[2:]


def language(text: str) -> Language:
    """``zh`` when a tenth of the letters are Han or more, ``en`` when nearly all are Latin, else ``other``.

    Latin languages are not told apart: ``en`` stands for all of them.
    """
    if text.isascii():
        return "en"
    codes = np.frombuffer(text[:4096].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = codes[codes > ord("@")]
    if not len(letters):
        return "en"
    han = np.count_nonzero((letters >= _HAN[0]) & (letters <= _HAN[1])) / len(letters)
    if han >= 0.1:  # noqa: PLR2004 - a tenth, as said
        return "zh"
    latin = np.count_nonzero(letters < _LATIN_END) / len(letters)
    return "en" if latin > 0.9 else "other"  # noqa: PLR2004 - nearly all


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the windows of a text begin and end, in code points; the last one ends where the text does."""
    start = 0
    while start + WINDOW < len(text):
        yield start, start + WINDOW
        start += STRIDE
    yield start, len(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexical:
    """One linear model for each channel. Logits are those of an attack; they are not calibrated across languages."""

    weights: NDArray[np.int8]
    """Of shape [2, BUCKETS]: user, data."""
    scales: NDArray[np.float32]
    """What one step of a channel's weights is worth."""
    biases: NDArray[np.float32]
    card: Card

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """The model of a folder, whose files are what its card says, else YanmenError."""
        card = Card.read(folder)
        with np.load(card.file("lexical.npz"), allow_pickle=False) as arrays:
            return cls(weights=arrays["weights"], scales=arrays["scales"], biases=arrays["biases"], card=card)

    def logit(self, text: str, channel: Channel) -> float:
        """The logit of one window: sum of its n-grams' weights over the root of their number."""
        row = 0 if channel == "user" else 1
        found = features(text)
        summed = int(self.weights[row].take(found).sum(dtype=np.int32))
        return float(summed * self.scales[row] / len(found) ** 0.5 + self.biases[row])

    def score(self, text: str, channel: Channel) -> float:
        """The highest logit of a text's windows."""
        return max(self.logit(text[start:end], channel) for start, end in pieces(text))

    def clears(self, text: str, channel: Channel) -> bool:
        """Is the text so surely no attack that the encoder need not read it? Judged window by window."""
        limit = self.card.channels[channel].clear_below[language(text)]
        return all(self.logit(text[start:end], channel) < limit for start, end in pieces(text))
