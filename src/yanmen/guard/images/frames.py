"""Every form in which a model may come to see an image: its frames, its background, its size.

Decoding is bounded before it begins.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from yanmen.core.nouns import Noun

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What the model servers take. Anything else is *could not judge*."""
MOST_FRAMES = 4
"""Frames of an animation that are read; one with more could hide anything in the rest."""
SIDES = (336, 448, 512, 672, 768, 1024, 1092, 1536, 1568, 2048)
"""Longest sides to which model servers scale images down. What is written so that it shows only then is read too: the image-scaling
attack (Quiring et al., USENIX Security 2020). Made for another size, it may be missed."""
ODD = 2.5
"""How much more an image changes when scaled to one of these sides by picking pixels than to a side 7 % smaller, past which
the picked
one is read as well. Measured: pages, dense pages, gradients and noise 0.1 to 1.6, an attack 8.9."""


class Limits(Noun, frozen=True):
    """What an image may cost."""

    bytes: int = 8 << 20
    pixels: int = 16_000_000
    """Width times height, as the file's head says, over all frames."""


class Unreadable(Exception):  # noqa: N818  # an outcome
    """An image that cannot be judged; ``reason`` is a stable word of Unexamined."""

    def __init__(self, reason: str, detail: str) -> None:
        """Why, and what was seen."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class View(NamedTuple):
    """One form of an image."""

    name: str
    """``frame 0``, ``frame 0 on black``, ``frame 0 scaled``."""
    pixels: np.ndarray[Any, Any]
    """Height x width x 3, uint8, RGB."""


def views(data: bytes, limits: Limits) -> Iterator[View]:
    """Every form of an image, each once; Unreadable where it is too large, broken, or of a kind that nobody here reads."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # the extra

    if len(data) > limits.bytes:
        raise Unreadable("too-large", f"{len(data)} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own bound is twice as loose as ours
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            frames = _bounded(image, limits)
            for number in range(frames):
                image.seek(number)
                yield from _of_frame(ImageOps.exif_transpose(image), f"frame {number}")
        except Image.DecompressionBombError:
            raise Unreadable("too-large", "past the decoder's own bound") from None
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise Unreadable("unreadable", type(error).__name__) from None


def _bounded(image: Image, limits: Limits) -> int:
    """How many frames there are, by the file's head alone; Unreadable where decoding them would cost too much."""
    frames = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise Unreadable("too-large", f"{frames} frames")
    if image.width * image.height * frames > limits.pixels:
        raise Unreadable("too-large", f"{image.width} x {image.height} pixels, {frames} frames")
    return frames


def _of_frame(frame: Image, name: str) -> Iterator[View]:
    """On white, on black, and without regard to transparency, where these differ; each scaled down too."""
    from PIL import Image  # noqa: PLC0415

    seen: list[np.ndarray[Any, Any]] = []
    rgba = frame.convert("RGBA")
    for ground in ("on white", "on black", "opaque"):
        if ground == "opaque":
            flat = rgba.convert("RGB")
        else:
            flat = Image.new("RGB", rgba.size, ground[3:])
            flat.paste(rgba, mask=rgba.getchannel("A"))
        pixels = np.asarray(flat)
        if any(np.array_equal(pixels, other) for other in seen):
            continue
        seen.append(pixels)
        yield View(f"{name} {ground}", pixels)
        yield from _scaled(pixels, f"{name} {ground}")


def _scaled(pixels: np.ndarray[Any, Any], name: str) -> Iterator[View]:
    """Scaled down by picking pixels, where somebody has written into just the pixels that are picked."""
    for side in SIDES:
        if side * 1.5 > max(pixels.shape):
            return
        picked, change = _picked(pixels, side)
        if change > ODD * max(_picked(pixels, int(side * 0.93))[1], 1.0):
            yield View(f"{name} scaled to {side}", picked)


def _picked(pixels: np.ndarray[Any, Any], side: int) -> tuple[np.ndarray[Any, Any], float]:
    """Scaled by picking pixels, and its mean difference (levels of 255) from the same scaled by averaging."""
    import cv2  # noqa: PLC0415  # comes with the extra

    height, width = pixels.shape[:2]
    size = (max(1, width * side // max(height, width)), max(1, height * side // max(height, width)))
    picked = cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST)
    averaged = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return picked, float(np.abs(picked.astype(np.int16) - averaged).mean())
