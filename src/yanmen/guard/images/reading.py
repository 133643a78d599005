"""Reads what is written in an image, Chinese and English, whatever its contrast. Heavy: it lives in a worker process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from yanmen.guard.images import required
from yanmen.guard.images.frames import Limits, Unreadable, views

TILE = 1280
"""Side of what is read at once, in pixels; larger images are read in tiles."""
OVERLAP = 128
"""Pixels that neighbouring tiles share: a line of text is whole in one of them."""
MOST_TILES = 24
GAMMA = 0.33
"""Power of the local contrast. With 1/3, writing that differs from its ground by one level of 255 is drawn with 16 % of full
contrast
and found, while black on white stays as it is."""
Pixels = np.ndarray[Any, Any]
_RUN = re.compile(r"[A-Za-z]{13,}")
"""More letters than words have."""
SURE = 0.5
"""Least confidence of the recogniser for a line to count (its own default)."""


class Ocr:
    """An OCR engine, loaded. Not for use by two threads at once."""

    def __init__(self) -> None:
        """Load the models that come with rapidocr; YanmenError where the extra is not installed."""
        required()
        from rapidocr import RapidOCR  # noqa: PLC0415  # heavy, and an extra

        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Det.limit_side_len": 320,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            }
        )

    def read(self, data: bytes, limits: Limits) -> tuple[str, ...]:
        """What is written in an image: the text of each of its forms, each once, lines from the top.

        Raises Unreadable where it cannot be judged.
        """
        texts: dict[str, None] = {}
        for view in views(data, limits):
            strong = raised(view.pixels)
            lines = [
                line for place in _tiles(strong) for line in self._lines(strong[place], view.pixels[place])
            ]
            if lines:
                texts["\n".join(dict.fromkeys(lines))] = None
        return tuple(texts)

    def _lines(self, strong: Pixels, plain: Pixels) -> list[str]:
        """The lines of a tile; those that lost the spaces between words are read once more, from the tile as it was."""
        lines = []
        for text, box in self._found(strong):
            lines.append(text)
            if _RUN.search(text):
                left, top = np.maximum(box.min(axis=0) - 6, 0)
                right, bottom = box.max(axis=0) + 6
                lines += [again for again, _ in self._found(_stretched(plain[top:bottom, left:right]))]
        return lines

    def _found(self, pixels: Pixels) -> list[tuple[str, Pixels]]:
        """Each line and its corners (4 x 2: x, y)."""
        found: Any = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))
        if found.txts is None:
            return []
        lines = zip(found.txts, found.scores, np.asarray(found.boxes).astype(np.int64), strict=True)
        return [(text, box) for text, sure, box in lines if sure >= SURE]


def _stretched(pixels: Pixels) -> Pixels:
    """Between the darkest and the brightest level of each colour."""
    low, high = np.percentile(pixels, (0.5, 99.5), axis=(0, 1))
    stretched: Pixels = np.clip((pixels - low) * 255 / np.maximum(high - low, 1), 0, 255).astype(np.uint8)
    return stretched


def raised(pixels: Pixels) -> Pixels:
    """The same image with its faint writing made strong: each level's distance from its surroundings, to a power below one."""
    import cv2  # noqa: PLC0415  # comes with rapidocr

    out = np.empty_like(pixels)
    for channel in range(3):
        level = np.ascontiguousarray(pixels[:, :, channel])
        distance = level.astype(np.float32) - cv2.medianBlur(level, 25)
        strong = np.sign(distance) * np.power(np.abs(distance) / 255, GAMMA)
        out[:, :, channel] = np.clip(128 + 127 * strong, 0, 255)
    return out


def _tiles(pixels: Pixels) -> Iterator[tuple[slice, slice]]:
    """Pieces of the image that overlap, without those where nothing differs from its surroundings."""
    drawn = np.abs(pixels.astype(np.int16) - 128).max(axis=2) > 4  # noqa: PLR2004  # below the least that `raised` draws
    count = 0
    for top, bottom in _cuts(pixels.shape[0]):
        for left, right in _cuts(pixels.shape[1]):
            inside = drawn[top:bottom, left:right]
            rows, columns = inside.any(axis=1).nonzero()[0], inside.any(axis=0).nonzero()[0]
            if not len(rows):
                continue
            count += 1
            if count > MOST_TILES:
                raise Unreadable("too-large", f"more than {MOST_TILES} tiles with something in them")
            yield (
                slice(max(top, top + rows[0] - 16), top + rows[-1] + 16),
                slice(max(left, left + columns[0] - 16), left + columns[-1] + 16),
            )


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    start = 0
    while True:
        end = min(start + TILE, length)
        yield start, end
        if end == length:
            return
        start = end - OVERLAP
