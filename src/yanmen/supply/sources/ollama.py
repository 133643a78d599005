"""Models of Ollama's store: its manifests, and the blobs they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import json_of
from yanmen.supply.documents.text import items, table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

_PLACE = re.compile(r"((?:^|.*/)(?:models|\.ollama|ollama)/)?manifests/([^/]+)/(?:([^/]+)/)?([^/]+)/([^/]+)$")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_KIND = "application/vnd.ollama.image."
_MANIFEST = 1 << 20


class Ollama(Extractor):
    """Reads manifests: ``manifests/HOST/NAMESPACE/NAME/TAG`` beside ``blobs``."""

    within = "manifests/"

    def wants(self, file: File) -> bool:
        """By its place and its size; whether it is one its content tells."""
        return not file.inside and file.size < _MANIFEST and bool(_PLACE.fullmatch(file.path))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The model: the digest of its weights, its licence's first line; blobs that are not there are said."""
        place = _PLACE.fullmatch(file.path)
        if place is None or b"vnd.ollama" not in file.bytes(_MANIFEST):
            return
        document = table(json_of(file)[0])
        host, owner, name, tag = place[2], place[3] or "", place[4], place[5]
        layers = [table(one) for one in items(document.get("layers"))]
        digests = {word(one.get("mediaType")).removeprefix(_KIND): word(one.get("digest")) for one in layers}
        found = _DIGEST.fullmatch(digests.get("model", ""))
        hub = host.startswith(("hf.co", "huggingface.co"))
        link = (
            purl("huggingface", name, tag, owner)
            if hub
            else purl("generic", name, tag, f"ollama/{owner}".rstrip("/"))
        )
        yield Component(
            purl=link,
            ecosystem="",
            name=f"{owner}/{name}" if owner else name,
            version=tag,
            how="installed",
            where=file.at(),
            licences=_licence(file, place[1] or "", digests.get("license", "")),
            hashes={"sha256": found[1]} if found else {},
            facts={
                "kind": "adapter" if "adapter" in digests else "model",
                "format": "gguf",
                "library": "ollama",
                "registry": host,
            },
        )
        yield from _missing(file, place[1] or "", layers)


def _blob(file: File, store: str, digest: str) -> File | None:
    found = _DIGEST.fullmatch(digest)
    return file.tree.find(f"{store}blobs/sha256-{found[1]}") if found else None


def _licence(file: File, store: str, digest: str) -> tuple[str, ...]:
    blob = _blob(file, store, digest)
    if blob is None or blob.size > _MANIFEST:
        return ()
    lines = (line.strip() for line in blob.bytes(_MANIFEST).decode("utf-8", "replace").splitlines())
    return tuple(line[:200] for line in lines if line)[:1]


def _missing(file: File, store: str, layers: list[dict[str, Any]]) -> Iterator[Unexamined]:
    for one in layers:
        digest = word(one.get("digest"))
        if _blob(file, store, digest) is None:
            yield file.unread("unreadable", f"its layer {digest[:80]} is not in the store")
