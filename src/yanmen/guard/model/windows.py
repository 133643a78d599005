"""Cuts a text into windows of tokens, and remembers where in the text each token stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from yanmen.guard.model.lexical import Channel

BOS, PAD, EOS, UNK = range(4)
"""Tokens that no text can spell, as the tokenizer numbers them."""
CHANNELS: dict[Channel, int] = {"user": 4, "data": 5}
"""The token that says who a text comes from; it stands behind BOS."""
_LONE = re.compile("[\ud800-\udfff]")
BEFORE, AFTER = 2, 1
"""Tokens that a window has around those of the text: BOS and the channel, EOS."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text that the encoder reads at once."""

    ids: tuple[int, ...]
    """Token numbers, with BOS, channel and EOS around them."""
    spans: tuple[tuple[int, int], ...]
    """Where each token of the text itself begins and ends, in code points of the text."""


class Tokenizer:
    """A sentencepiece model, and how texts are cut."""

    def __init__(self, path: Path, *, size: int, stride: int) -> None:
        """Windows have up to ``size`` tokens and begin every ``stride`` tokens."""
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
        self._size, self._stride = size, stride

    def windows(self, text: str, channel: Channel) -> Iterator[Window]:
        """The windows of a text, in its order; of an empty text one without tokens.

        Lone surrogates, which no UTF-8 can spell, are read as U+FFFD.
        """
        coded = self._pieces.encode(_LONE.sub("\ufffd", text), return_type="offset_mapping")
        ids = coded["ids"]
        spans = [(a + (a < b and text[a].isspace()), b) for a, b in coded["offsets"]]
        start = 0
        while True:
            end = start + self._size
            inner = ids[start:end]
            yield Window((BOS, CHANNELS[channel], *inner, EOS), tuple(spans[start:end]))
            if end >= len(ids):
                return
            start += self._stride
