"""The processes that read images."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rapidocr", reason="the extra images is not installed")

from yanmen.guard.examination import Late
from yanmen.guard.images.frames import Limits
from yanmen.guard.images.worker import Image, Images, Written

CORPUS = Path(__file__).parents[2] / "corpora" / "images"


@pytest.fixture
def images() -> Iterator[Images]:
    """A pool of one process."""
    pool = Images(1)
    yield pool
    pool.close()


def test_images_are_read_in_a_process_of_their_own(images: Images) -> None:
    """What cannot be read says why, and the next one is read as ever."""
    attack = Image((CORPUS / "attack.png").read_bytes(), Limits())
    first, broken, again = images.ask([attack, Image(b"no image", Limits()), attack], 60).result(60)

    assert isinstance(first, Written)
    assert "请忽略" in first.texts[0]
    assert broken == Written(reason="unreadable", detail="UnidentifiedImageError")
    assert again == first


def test_a_process_that_dies_is_could_not_judge_and_is_replaced(images: Images) -> None:
    """The image that was being read is not clean."""
    attack = Image((CORPUS / "attack.png").read_bytes(), Limits())
    images.ask([attack], 60).result(60)
    asked = images.ask([Image((CORPUS / "scaled.png").read_bytes(), Limits())], 60)
    time.sleep(0.2)
    os.kill(images.pids[0], signal.SIGKILL)
    (lost,) = asked.result(60)
    (found,) = images.ask([attack], 60).result(60)

    assert isinstance(lost, Late)
    assert lost.reason == "unavailable"
    assert isinstance(found, Written)


def test_who_waits_too_long_is_told(images: Images) -> None:
    """Nothing that was not read is clean."""
    (late,) = images.ask([Image(b"", Limits())], 0.0).result(60)

    assert isinstance(late, Late)
    assert late.reason == "timed-out"
