"""Model files of a folder: by their content, and by the names that loaders look for; caches as they lie on disk.

Hugging Face's cache keeps files as ``blobs`` and names them by links from ``snapshots``: such a link is followed where it ends in
the same model's blobs, and nowhere else. Ollama's store names its layers in manifests. What ComfyUI imports at its start is told as
code, which this room's other readers judge.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.core.plugins import Source
from yanmen.supply.models import encoded
from yanmen.supply.models.bounds import FAULTS, Unjudged
from yanmen.supply.models.scouting import CHECKPOINTS, NAMED, SHARED, TEXTS, budget, holds_model
from yanmen.supply.models.sniffing import claimed, sniff
from yanmen.supply.targets import Artifact
from yanmen.supply.walk import File, Walk, unexamined

_CONFIGURATIONS = frozenset(
    "config.json tokenizer_config.json adapter_config.json model_index.json generation_config.json tokenizer.json"
    " preprocessor_config.json processor_config.json chat_template.json chat_template.jinja modules.json params.json".split()
)
_WORDS = (
    b'"model_type"', b'"architectures"', b'"auto_map"', b'"_class_name"', b'"peft_type"', b'"tokenizer_class"', b'"chat_template"',
    b'"added_tokens"', b'"transformers_version"', b'"trust_remote_code"', b'"image_processor_type"', b'"processor_class"',
)  # fmt: skip
"""One of these stands in a model's configuration; other programs have a config.json too."""
_REPOSITORY = re.compile(
    r"^(.*(?:^|/)(?:models|datasets|spaces)--[^/]+)/(snapshots|blobs|refs|\.no_exist)(?:/|$)"
)
_LAYER = re.compile(r"sha256[:-][0-9a-f]{64}")
_RUN = ("model", "adapter", "projector", "template", "params", "system", "messages", "embed")
"""Ollama's layers that are part of what a model does; licences are not."""
_CODE = (".py", ".pyi", ".pyc")
"""Of installed packages these are read as what they are."""
_LARGEST_MANIFEST = 1 << 20


class ModelFiles(Source[Artifact]):
    """Every model file at a place; the names of artifacts are their paths, of a link to another file within that file's."""

    def targets(self, where: str) -> Iterator[Artifact | Unexamined]:
        """A file is a target by being named; in a folder those that are models."""
        place = Path(where)
        if not place.is_dir():
            yield self._opened(place)
            return
        seen: set[str] = set()
        for file in Walk(place):
            if isinstance(file, Unexamined):
                yield file
            else:
                yield from self._file(place, file, seen)

    def takes(self, path: Path) -> bool:
        """Whether a file would be a target among others, in a folder."""
        return any(
            True
            for file in Walk(path)
            if isinstance(file, File)
            for _ in self._file(path.parent, file, set())
        )

    def _opened(self, path: Path) -> Artifact | Unexamined:
        try:
            return open_model(path)
        except OSError as error:
            return unexamined(str(path), "unreadable", error.strerror or str(error))

    def _file(self, place: Path, file: File, seen: set[str]) -> Iterator[Artifact | Unexamined]:
        path = place / file.path
        cached = _REPOSITORY.match(str(path))
        if cached and cached[2] != "snapshots":
            return
        if _manifest(file.path):
            yield from self._layers(path, seen)
        if file.name == "__init__.py" and re.search(r"(?:^|/)custom_nodes/[^/]+/__init__\.py$", file.path):
            yield unexamined(
                str(path),
                "not-checked",
                "code that ComfyUI imports at its start: examine the folder as a package",
            )
        if file.outside and not cached:
            if _names_model(file.name) or _names_model(os.path.realpath(path)):
                yield unexamined(str(path), "not-checked", "a link to a model outside of what is scanned")
            return
        real = os.path.realpath(path)
        path = Path(real) if path.is_symlink() and not cached else path
        found = self._opened(path)
        if isinstance(found, Unexamined):
            yield found
            return
        if real in seen:
            return
        try:
            if _is_model(found, file):
                seen.add(real)
                yield found
        except Unjudged as error:
            seen.add(real)
            yield unexamined(str(path), error.reason, error.detail)

    def _layers(self, path: Path, seen: set[str]) -> Iterator[Artifact | Unexamined]:
        """The layers of an Ollama model, and its manifest."""
        store = Path(str(path).partition("/manifests/")[0])
        found = self._opened(path)
        if isinstance(found, Unexamined):
            yield found
            return
        yield found
        for digest, kind in _layers(found):
            blob = store / "blobs" / digest.replace(":", "-")
            if kind.rpartition(".")[2] in _RUN and str(blob) not in seen:
                seen.add(str(blob))
                yield self._opened(blob)


def open_model(path: Path, name: str = "") -> Artifact:
    """A file, or a link of Hugging Face's cache to a blob of the same model. OSError for other links, and for what is no file."""
    name = name or str(path)
    if not path.is_symlink():
        return Artifact.of(path, name)
    cached = _REPOSITORY.match(str(path.parent.resolve() / path.name))
    real = Path(os.path.realpath(path, strict=True))
    if not cached or real.parent != Path(cached[1]) / "blobs":
        raise OSError(f"{path} is a link that does not end in its model's own blobs")
    return Artifact(name, real.stat().st_size, Artifact.of(real, name).open)


def _names_model(path: str) -> bool:
    return claimed(path.lower()) in NAMED | SHARED


def _manifest(path: str) -> bool:
    """Whether a path is that of a manifest: ``manifests/registry/namespace/model/tag``."""
    return "manifests" in path.split("/")[:-1] and len(path.rpartition("manifests/")[2].split("/")) == 4  # noqa: PLR2004


def _layers(manifest: Artifact) -> Iterator[tuple[str, str]]:
    """Digest and media type of each layer that is rightly named; the manifest's own examination tells the others."""
    if manifest.size > _LARGEST_MANIFEST:
        return
    try:
        read: Any = json.loads(manifest.read(0, _LARGEST_MANIFEST))
    except (ValueError, RecursionError):
        return
    layers = read.get("layers") if isinstance(read, dict) else None
    for layer in layers if isinstance(layers, list) else []:
        if isinstance(layer, dict) and _LAYER.fullmatch(str(layer.get("digest"))):
            yield layer["digest"], str(layer.get("mediaType", ""))


def _is_model(artifact: Artifact, file: File) -> bool:
    """By its name, else by all that it holds. Unjudged where that could not be told."""
    low = file.name.lower()
    ending = claimed(low)
    try:
        if ending in NAMED:
            return not file.inside or sniff(artifact) not in TEXTS
        if file.inside and low.endswith(_CODE):
            return False
        if low in _CONFIGURATIONS or low.endswith(".safetensors.index.json"):
            return (
                ending == "jinja"
                or "index" in low
                or any(word in artifact.read(0, 1 << 16) for word in _WORDS)
                or encoded.carries(artifact)
            )
        if ending in CHECKPOINTS and sniff(artifact) not in TEXTS:
            return True
        return holds_model(artifact, budget(artifact.name))
    except Unjudged:
        if ending in CHECKPOINTS:
            return True
        raise
    except OSError as error:
        raise Unjudged("unreadable", error.strerror or str(error)) from None
    except FAULTS as error:
        raise Unjudged("malformed", f"{type(error).__name__}: {error}") from None
