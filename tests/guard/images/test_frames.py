"""Images are bounded before they are decoded; what cannot be read is never clean."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest

pytest.importorskip("rapidocr", reason="the extra images is not installed")

from PIL import Image

from yanmen.guard.images.frames import Limits, Unreadable, views

CORPUS = Path(__file__).parents[2] / "corpora" / "images"


def image(size: tuple[int, int] = (40, 30), kind: str = "PNG", frames: int = 1) -> bytes:
    """An image file of one colour a frame."""
    kept = io.BytesIO()
    others = [Image.new("RGB", size, (index, 90, 9)) for index in range(1, frames)]
    more = {"save_all": True, "append_images": others} if others else {}
    Image.new("RGB", size, (200, 90, 9)).save(kept, kind, **more)
    return kept.getvalue()


def lying(width: int, height: int) -> bytes:
    """A PNG whose head claims another size than its data have."""
    true = image()
    head = struct.pack(">II", width, height) + true[24:29]
    return true[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + true[33:]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_without_tricks_has_one_form(kind: str) -> None:
    """Nothing is read twice."""
    (view,) = views(image(kind=kind), Limits())
    assert view.pixels.shape == (30, 40, 3)


def test_what_transparency_hides_has_forms_of_its_own() -> None:
    """White on white, black on black, and the colour under what is transparent."""
    names = [view.name for view in views((CORPUS / "transparent.png").read_bytes(), Limits())]
    assert names == ["frame 0 on white", "frame 0 on black", "frame 0 opaque"]


def test_what_shows_only_scaled_is_a_form_of_its_own() -> None:
    """The image-scaling attack."""
    names = [view.name for view in views((CORPUS / "scaled.png").read_bytes(), Limits())]
    assert "frame 0 on white scaled to 768" in names


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "unreadable"),
        (b"%PDF-1.7 " + bytes(100), "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>hi</text></svg>", "unreadable"),
        (image()[:60], "unreadable"),
        (image(kind="BMP"), "unreadable"),
        (image(kind="GIF", frames=5), "too-large"),
        (image((5000, 4000)), "too-large"),
        (lying(60_000, 60_000), "too-large"),
        (lying(400, 3000), "unreadable"),
        (image() + bytes(9 << 20), "too-large"),
    ],
    ids=["empty", "head", "pdf", "svg", "cut", "bmp", "frames", "pixels", "bomb", "lie", "bytes"],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Broken, foreign, too large, or lying about itself."""
    with pytest.raises(Unreadable) as caught:
        list(views(data, Limits()))
    assert caught.value.reason == reason
