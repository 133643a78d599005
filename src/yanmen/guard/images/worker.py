"""The processes that read images. An image that is made to cost too much ends its process, not the gateway."""

from __future__ import annotations

import resource
from collections.abc import Callable

import msgspec

from yanmen.guard.images.frames import Limits, Unreadable
from yanmen.guard.processes import Pool, Work, serve

WAITING = 32
"""Images that may wait; at a second or so each there is no use in more."""
HUNG = 60.0
"""Seconds after which a process that does not answer is ended."""
MEMORY = 3 << 30
"""Bytes of address space a process may take; the engine and an image of the largest size need less than half."""


class Image(msgspec.Struct, frozen=True, array_like=True):
    """An image to read."""

    data: bytes
    limits: Limits


class Written(msgspec.Struct, frozen=True, array_like=True):
    """What is written in an image."""

    texts: tuple[str, ...] = ()
    """One for each form of the image in which something else is written."""
    reason: str = ""
    """Why it could not be judged: ``too-large`` or ``unreadable``; empty when it was."""
    detail: str = ""


class Images(Pool[Image, Written]):
    """A pool of processes that read images. Safe to use from any thread."""

    def __init__(self, processes: int = 1) -> None:
        """Nothing is started until ``start`` or the first question."""
        super().__init__(processes, Work("yanmen.guard.images.worker", (), Written, 1, WAITING, HUNG))


def _load() -> Callable[[list[Image]], list[Written]]:
    from yanmen.guard.images.reading import Ocr  # noqa: PLC0415  # heavy, and for the process only

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    ocr = Ocr()

    def read(images: list[Image]) -> list[Written]:
        return [_written(ocr.read, image) for image in images]

    return read


def _written(read: Callable[[bytes, Limits], tuple[str, ...]], image: Image) -> Written:
    try:
        return Written(read(image.data, image.limits))
    except Unreadable as error:
        return Written(reason=error.reason, detail=error.detail)
    except MemoryError:
        return Written(reason="too-large", detail="out of memory")


if __name__ == "__main__":
    serve(_load, Image)
