"""Container images as they lie on a disk: what ``docker save`` writes, and the OCI layout as a folder or a tar."""

from __future__ import annotations

import gzip
import re
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import decoded, items, table, word
from yanmen.supply.layers import Layers
from yanmen.supply.walk import File, UnreadError, Walk, unexamined

IMAGES = 32
"""Images of one archive, platforms counted each."""
LAYERS = 200
ENTRIES = 10_000
"""Members of the archive itself: manifests, configurations, layers."""
DOCUMENT = 16 << 20
"""Bytes of a manifest or an index."""
UNPACKED = 16 << 30
"""Bytes of a packed archive, unpacked into a file without a name."""
_GZIP = b"\x1f\x8b"
_FIRST = 10
_PART = re.compile(
    r"blobs(?:/sha256(?:/[0-9a-f]{64})?)?/?|[0-9a-f]{64}(?:\.json|/(?:layer\.tar|json|VERSION)?)?"
)
_MARKS = frozenset({"manifest.json", "oci-layout"})
_INDEX = ("vnd.oci.image.index", "docker.distribution.manifest.list")


class _Blobs:
    """The files of an image's archive or folder, by name."""

    def __init__(self, opener: Callable[[str], BinaryIO], names: frozenset[str]) -> None:
        self.open = opener
        self.names = names

    def document(self, name: str) -> Any:
        with self.open(name) as stream:
            data = stream.read(DOCUMENT + 1)
        if len(data) > DOCUMENT:
            raise UnreadError("too-large", f"{name}: more than {DOCUMENT} bytes")
        return parsed_json(decoded(data))

    def blob(self, digest: str) -> str:
        algorithm, _, digits = digest.partition(":")
        return f"blobs/{algorithm}/{digits}"


class _One(NamedTuple):
    name: str
    layers: tuple[str, ...]


def looks_like_image(path: Path) -> bool:
    """Whether a folder is an OCI layout, or a tar begins with what an image's archive has."""
    if path.is_dir():
        return (path / "oci-layout").is_file() and (path / "index.json").is_file()
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            if stream.read(2) == _GZIP:
                stream.seek(0)
                return _begins_as_image(stream)
            stream.seek(0)
            with tarfile.open(fileobj=stream, mode="r:") as archive:
                names = (
                    member.name.removeprefix("./") for member, _ in zip(archive, range(ENTRIES), strict=False)
                )
                return any(name in _MARKS for name in names)
    except (tarfile.TarError, OSError, ValueError, EOFError, zlib.error):
        return False


def _begins_as_image(stream: BinaryIO) -> bool:
    """Of a packed archive only the first names are looked at: its marks may stand at its end."""
    with tarfile.open(fileobj=stream, mode="r|gz") as archive:
        names = (member.name.removeprefix("./") for member, _ in zip(archive, range(_FIRST), strict=False))
        return any(name in _MARKS or _PART.fullmatch(name) for name in names)


def images(path: Path, keeps: Callable[[File], bool], shown: str = "") -> Iterator[Layers | Unexamined]:
    """Every image of an archive or a layout. ``shown``: the path as reports name it."""
    shown = shown or path.name
    try:
        if path.is_dir():
            walk = Walk(path)
            names = frozenset(one.path for one in walk if isinstance(one, File))
            yield from _each(_Blobs(walk.open, names), keeps, shown)
            return
        with (
            path.open("rb") as packed,
            _unpacked(packed) as stream,
            tarfile.open(fileobj=stream, mode="r:") as archive,
        ):
            members = _members(archive)
            yield from _each(_Blobs(_opener(archive, members), frozenset(members)), keeps, shown)
    except UnreadError as error:
        yield unexamined(shown, error.reason, error.detail)
    except (tarfile.TarError, OSError, ValueError, EOFError, zlib.error) as error:
        yield unexamined(shown, "malformed", f"no image: {error}")


@contextmanager
def _unpacked(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The archive itself, or what gzip packed into it: layers are read in an order that is not the archive's."""
    packed = stream.read(2) == _GZIP
    stream.seek(0)
    if not packed:
        yield stream
        return
    with tempfile.TemporaryFile() as held, gzip.open(stream) as source:
        while piece := source.read(1 << 20):
            held.write(piece)
            if held.tell() > UNPACKED:
                raise UnreadError("too-large", f"more than {UNPACKED} bytes unpacked")
        held.seek(0)
        yield held


def _members(archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    members: dict[str, tarfile.TarInfo] = {}
    for member in archive:
        if len(members) >= ENTRIES:
            raise UnreadError("too-large", f"more than {ENTRIES} members")
        members[member.name.removeprefix("./")] = member
    return members


def _opener(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Callable[[str], BinaryIO]:
    def opened(name: str) -> BinaryIO:
        member = members.get(name)
        packed = (
            archive.extractfile(member) if member is not None and (member.isreg() or member.issym()) else None
        )
        if packed is None:
            raise UnreadError("malformed", f"an image without {name[:100]}")
        return packed  # type: ignore[return-value]  # a binary stream

    return opened


def _each(blobs: _Blobs, keeps: Callable[[File], bool], shown: str) -> Iterator[Layers | Unexamined]:
    found = list(_saved(blobs) if "manifest.json" in blobs.names else _layout(blobs))
    if len(found) > IMAGES:
        yield unexamined(shown, "too-large", f"more than {IMAGES} images")
    for one in found[:IMAGES]:
        prefix = f"{shown}!{one.name}!" if len(found) > 1 and one.name else f"{shown}!"
        tree = Layers(prefix, keeps)
        if len(one.layers) > LAYERS:
            yield unexamined(shown, "too-large", f"more than {LAYERS} layers")
        for layer in reversed(one.layers[:LAYERS]):
            try:
                with blobs.open(layer) as stream:
                    tree.add(layer, stream)
            except (UnreadError, OSError) as error:
                yield unexamined(prefix + layer, "unreadable", str(error))
        yield tree


def _saved(blobs: _Blobs) -> Iterator[_One]:
    """manifest.json of ``docker save``: a list of images."""
    for said in items(blobs.document("manifest.json")):
        image = table(said)
        tags = [word(one) for one in items(image.get("RepoTags"))]
        yield _One(
            next(iter(tags), ""), tuple(word(one).removeprefix("./") for one in items(image.get("Layers")))
        )


def _layout(blobs: _Blobs) -> Iterator[_One]:
    """index.json of the OCI layout: manifests, and indexes of them for several platforms."""
    waiting = [(table(one), 0) for one in items(table(blobs.document("index.json")).get("manifests"))]
    count = 0
    while waiting:
        said, deep = waiting.pop(0)
        count += 1
        if count > IMAGES * 4 or deep > 4:  # noqa: PLR2004  # an index of indexes of indexes
            raise UnreadError("too-large", "indexes within indexes")
        if word(table(said.get("annotations")).get("vnd.docker.reference.type")):
            continue  # an attestation, not an image
        manifest = table(blobs.document(blobs.blob(word(said.get("digest")))))
        if any(mark in word(said.get("mediaType")) for mark in _INDEX) or "manifests" in manifest:
            waiting.extend((table(one), deep + 1) for one in items(manifest.get("manifests")))
            continue
        platform = table(said.get("platform"))
        name = word(table(said.get("annotations")).get("org.opencontainers.image.ref.name"))
        where = "/".join(filter(None, (word(platform.get("os")), word(platform.get("architecture")))))
        layers = tuple(blobs.blob(word(table(one).get("digest"))) for one in items(manifest.get("layers")))
        yield _One(name or where, layers)
