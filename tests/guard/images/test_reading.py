"""What is written in an image is read, whatever its contrast, ground, turn, frame or size."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rapidocr", reason="the extra images is not installed")

from PIL import Image

from yanmen.guard.images.frames import Limits, Unreadable
from yanmen.guard.images.reading import Ocr

CORPUS = Path(__file__).parents[2] / "corpora" / "images"
LABELS = json.loads((CORPUS / "labels.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def ocr() -> Ocr:
    """The engine, loaded once."""
    return Ocr()


def tight(text: str) -> str:
    """Without the spaces, which faint writing loses."""
    return "".join(text.split()).casefold()


@pytest.mark.parametrize("name", sorted(LABELS))
def test_what_is_written_is_read(ocr: Ocr, name: str) -> None:
    """Every image of the corpus."""
    read = tight("\n".join(ocr.read((CORPUS / name).read_bytes(), Limits())))
    # One letter in a hundred may be misread on faint or tiny writing; the words that matter may not.
    for written in LABELS[name]:
        for word in ("previous", "请忽略") if "Ignore" in written else ("revenue", "季度报告"):
            assert tight(word) in read, (name, read)


def test_a_clean_page_says_nothing_else(ocr: Ocr) -> None:
    """Strengthening faint writing invents none."""
    (read,) = ocr.read((CORPUS / "clean.png").read_bytes(), Limits())
    assert tight(read) == tight(LABELS["clean.png"][0])


def test_noise_has_nothing_written_in_it(ocr: Ocr) -> None:
    """Nor does it find words in noise."""
    noise = np.random.default_rng(7).normal(128, 25, (300, 500, 3)).clip(0, 255).astype(np.uint8)
    kept = io.BytesIO()
    Image.fromarray(noise).save(kept, "PNG")
    assert ocr.read(kept.getvalue(), Limits()) == ()


def test_more_tiles_than_are_read_is_not_clean(ocr: Ocr, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not looked at is said."""
    monkeypatch.setattr("yanmen.guard.images.reading.MOST_TILES", 0)
    with pytest.raises(Unreadable) as caught:
        ocr.read((CORPUS / "clean.png").read_bytes(), Limits())
    assert caught.value.reason == "too-large"
