"""Images in prompts: fetched where that is allowed, read in processes of their own, and judged by what is written in them."""

from __future__ import annotations

import asyncio
import binascii
import ssl
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from yanmen.core import config
from yanmen.core.nouns import Finding, Text, Unexamined, Where
from yanmen.gateway.fetching import Unfetched, fetch
from yanmen.guard.examination import Late
from yanmen.guard.images import required
from yanmen.guard.images.frames import Limits
from yanmen.guard.images.worker import Image, Images, Written
from yanmen.llm.wire import codec
from yanmen.llm.wire.places import Cut

MOST = 8
"""Images of one call that are read."""


class Shown(NamedTuple):
    """What is to be judged of a call's images."""

    texts: tuple[Text, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    read: frozenset[str] = frozenset()
    """Places of the images that were read: what was said of them before does not hold."""
    fetched: Mapping[str, str] = {}
    """Data URLs of what was fetched, by the place of the address: they go to the model in its stead."""


NOTHING = Shown()


class Pictures:
    """Reads the images of calls."""

    def __init__(self, settings: config.Guard) -> None:
        """Nothing is started before the first image. YanmenError where the extra is not installed."""
        required()
        self._settings = settings
        self._limits = Limits(bytes=settings.image_bytes)
        self._pool = Images(settings.image_workers)
        self._tls = ssl.create_default_context()

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    async def read(self, images: Sequence[codec.Image]) -> Shown:
        """What is written in each; what takes too long, is too much or cannot be read is *could not judge*."""
        deadline = asyncio.get_running_loop().time() + self._settings.image_seconds
        found: list[tuple[codec.Image, bytes | str]] = []
        try:
            async with asyncio.timeout_at(deadline):
                data = await asyncio.gather(*(self._data(image) for image in images[:MOST]))
        except TimeoutError:
            return Shown(unexamined=tuple(_missing(image, "timed-out") for image in images))
        found = list(zip(images, data, strict=False))
        asked = [(image, one) for image, one in found if isinstance(one, bytes)]
        seconds = deadline - asyncio.get_running_loop().time()
        answers = await asyncio.wrap_future(
            self._pool.ask([Image(one, self._limits) for _, one in asked], seconds)
        )
        missing = [_missing(image, "too-many", f"more than {MOST}") for image in images[MOST:]]
        missing += [_missing(image, "unreadable", one) for image, one in found if isinstance(one, str)]
        texts: list[Text] = []
        for (image, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Late) or answer.reason:
                missing.append(_missing(image, answer.reason, answer.detail))
            else:
                texts += _texts(image, answer)
        fetched = {
            image.part: f"data:{_kind(one)};base64,{b64encode(one).decode()}"
            for image, one in asked
            if not image.url.startswith("data:")
        }
        return Shown(
            tuple(texts), tuple(missing), frozenset(image.unexamined.where.part for image in images), fetched
        )

    async def _data(self, image: codec.Image) -> bytes | str:
        """The image's bytes, or why there are none."""
        head, comma, rest = image.url.partition(",")
        if not head.startswith("data:"):
            try:
                return await fetch(image.url, self._settings.image_hosts, self._limits.bytes, self._tls)
            except Unfetched as error:
                return str(error)
        if not comma or not head.endswith(";base64"):
            return "a data URL that is not base64"
        try:
            return binascii.a2b_base64(rest, strict_mode=True)
        except (binascii.Error, ValueError):
            return "base64 that not every reader reads alike"


def unplaced(findings: Sequence[Finding], shown: Shown) -> list[Finding]:
    """Findings of images name the image and no span: nothing can be cut out of it, so what would be redacted is stopped."""
    places = {text.part for text in shown.texts}
    return [
        msgspec.structs.replace(one, where=Where(part=one.where.part)) if one.where.part in places else one
        for one in findings
    ]


def in_place(images: Sequence[codec.Image], shown: Shown) -> dict[str, list[Cut]]:
    """What was fetched, as cuts of the addresses it was fetched from."""
    return {
        image.part: [Cut(0, len(image.url), shown.fetched[image.part])]
        for image in images
        if image.part in shown.fetched
    }


def _texts(image: codec.Image, written: Written) -> list[Text]:
    """An image says what its writer put into it: it is judged as a document is, whoever sent it."""
    return [Text(text=text, role=image.role, trust="untrusted", part=image.part) for text in written.texts]


def _missing(image: codec.Image, reason: str, detail: str = "") -> Unexamined:
    detail = f"image: {detail}" if detail else "image"
    return msgspec.structs.replace(image.unexamined, reason=reason, detail=detail)


def _kind(data: bytes) -> str:
    """The media type of an image that was read."""
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data.startswith(b"GIF8"):
        return "image/gif"
    return "image/webp" if data.startswith(b"RIFF") else "image/jpeg"
