"""Models and data sets in the shape of Hugging Face's repositories: cards, configurations, weights, custom code, lineage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom.cards import huggingface
from yanmen.supply.documents.structured import json_of
from yanmen.supply.documents.text import decoded, items, table, word, words
from yanmen.supply.documents.yaml import parsed_yaml
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

FORMATS = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".ggml": "ggml",
    ".onnx": "onnx",
    ".h5": "hdf5",
    ".keras": "keras",
    ".tflite": "tflite",
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".ckpt": "pytorch",
    ".bin": "pytorch",
    ".pkl": "pickle",
    ".joblib": "joblib",
    ".skops": "skops",
    ".npz": "numpy",
    ".msgpack": "flax",
    ".mlmodel": "coreml",
    ".nemo": "nemo",
}
"""Formats as names of weights claim them; what a file is, its content tells whoever examines it."""
_CONFIGS = ("config.json", "adapter_config.json", "model_index.json", "modules.json")
"""What makes a folder a model, the first that is there."""
_MODEL_KEYS = frozenset({"pipeline_tag", "base_model", "library_name", "model-index", "model_name", "widget"})
_DATA_KEYS = frozenset(
    {"task_categories", "dataset_info", "size_categories", "annotations_creators", "source_datasets"}
)
_CACHE = re.compile(r"(?:^|/)(models|datasets)--([^/]+)/snapshots/([^/]+)(?:/|$)")
_BLOB = re.compile(r"[0-9a-f]{64}")
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_WORDS = re.compile(r"[\w.:@/+-]{1,200}")
_CARD = 4 << 20
_LISTED = 20
"""Names that a fact lists."""


class Repositories(Extractor):
    """Reads folders that hold a model or a data set; each is one component."""

    names = frozenset({*_CONFIGS, "readme.md", "dataset_info.json"})

    def wants(self, file: File) -> bool:
        """Not what packages carry with them."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The repository, told once: by its configuration, else by its card."""
        cached = _CACHE.search(f"{file.folder}/")
        try:
            kind, facts, licences = _read(file, cached)
        except UnreadError as error:
            if cached or file.name == "adapter_config.json":
                raise
            del error  # some other program's configuration or notes
            return
        if not kind or _told_elsewhere(file, kind):
            return
        name, version, link = _identity(file, cached, kind)
        bases = [found for one in facts.get("base_model", "").split() if (found := huggingface(one))]
        yield Component(
            purl=link,
            ecosystem="",
            name=name,
            version=version,
            how="installed",
            where=file.at(),
            licences=licences,
            hashes=_digests(file) if kind != "dataset" else {},
            needs=tuple(sorted(set(bases))),
            facts={"kind": kind, **facts},
        )
        yield from _pointers(file)


def _told_elsewhere(file: File, kind: str) -> bool:
    """Whether a better file of the folder tells it, or a pipeline that the folder is a part of."""
    if kind != "dataset" and file.folder and file.beside("../model_index.json") is not None:
        return True
    order = ("README.md", "dataset_info.json") if kind == "dataset" else (*_CONFIGS, "README.md")
    for name in order:
        if name.lower() == file.name.lower():
            return False
        other = file.beside(name)
        try:
            told = _read(other, _CACHE.search(f"{file.folder}/"))[0] if other else ""
        except UnreadError:
            continue
        if told and (told == "dataset") == (kind == "dataset"):
            return True
    return False


def _read(file: File, cached: re.Match[str] | None) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Kind (empty: neither a model nor a data set), facts and licences."""
    card = _card(file)
    kind, facts = _configured(file) if file.name.lower() != "readme.md" else ("", {})
    if not kind:
        kind = "model" if _MODEL_KEYS & card.keys() else "dataset" if _DATA_KEYS & card.keys() else ""
        if cached and file.name.lower() == "readme.md":
            kind = kind or {"models": "model", "datasets": "dataset"}[cached[1]]
    if not kind or (file.name.lower() == "dataset_info.json" and kind != "dataset"):
        return "", {}, ()
    facts = _from_card(card) | facts
    if kind != "dataset":
        facts |= _from_folder(file)
    licence = [one for one in words(card.get("license")) if one != "other"] or [
        word(card.get("license_name"))
    ]
    return (
        kind,
        {key: value[:1_000] for key, value in facts.items() if value},
        tuple(one for one in licence if one),
    )


def _card(file: File) -> dict[str, Any]:
    """The front matter of the README beside it, or of the file itself; empty where it has none."""
    readme = file if file.name.lower() == "readme.md" else file.beside("README.md")
    if readme is None or readme.size > _CARD or readme.outside:
        return {}
    found = _FRONT.match(decoded(readme.bytes(_CARD)))
    return table(next(iter(parsed_yaml(found[1])), {})) if found else {}


def _listed(value: Any) -> str:
    """Words of a list, or of one; nothing that is no name."""
    return " ".join([one for one in words(value) if _WORDS.fullmatch(one)][:_LISTED])


def _from_card(card: dict[str, Any]) -> dict[str, str]:
    return {
        "base_model": _listed(card.get("base_model")),
        "base_model_relation": word(card.get("base_model_relation")),
        "datasets": _listed(card.get("datasets")),
        "task": word(card.get("pipeline_tag")) or _listed(card.get("task_categories")),
        "language": _listed(card.get("language")),
        "library": word(card.get("library_name")),
        "licence_link": word(card.get("license_link")),
    }


def _configured(file: File) -> tuple[str, dict[str, str]]:
    """What a configuration says: kind, and facts."""
    said, _ = json_of(file)
    document = table(said)
    name = file.name.lower()
    if name == "adapter_config.json" and "peft_type" in document:
        return "adapter", {
            "base_model": _listed(document.get("base_model_name_or_path")),
            "base_model_relation": "adapter",
            "model_type": word(document.get("peft_type")),
            "task": word(document.get("task_type")),
        }
    if name == "model_index.json" and "_class_name" in document:
        parts = sorted(
            {word(next(iter(items(one)[1:2]), "")) for one in document.values() if isinstance(one, list)}
        )
        return "model", {
            "architectures": word(document.get("_class_name")),
            "parts": " ".join(one for one in parts if one),
            "library": "diffusers",
        }
    if name == "modules.json" and any(
        "sentence_transformers" in word(table(one).get("type")) for one in items(said)
    ):
        return "model", {"library": "sentence-transformers"}
    if name == "dataset_info.json" and {"features", "splits", "builder_name"} & document.keys():
        return "dataset", {"licence_said": word(document.get("license"))[:200]}
    if name == "config.json" and {"model_type", "architectures", "auto_map", "_class_name"} & document.keys():
        return "model", _transformers(document)
    return "", {}


def _transformers(document: dict[str, Any]) -> dict[str, str]:
    remote = sorted(
        {
            one.partition("--")[0]
            for one in words(list(table(document.get("auto_map")).values()))
            if "--" in one
        }
    )
    return {
        "architectures": _listed(document.get("architectures")) or word(document.get("_class_name")),
        "model_type": word(document.get("model_type")),
        "auto_map": " ".join(sorted(table(document.get("auto_map")))[:_LISTED]),
        "remote_code": " ".join(remote[:_LISTED]),
        "name_or_path": _listed(document.get("_name_or_path")),
        "quantization": word(table(document.get("quantization_config")).get("quant_method")),
        "dtype": word(document.get("torch_dtype")) or word(document.get("dtype")),
    }


def _weights(file: File) -> list[str]:
    return [
        name
        for name in file.tree.names(file.folder)
        if suffix(name) in FORMATS and name != "training_args.bin"
    ]


def suffix(name: str) -> str:
    """From the last dot on, in lower case."""
    return name[name.rfind(".") :].lower() if "." in name else ""


def _from_folder(file: File) -> dict[str, str]:
    """Formats, number of weights, code that a loader would run, tokenizer: by the names of what lies beside it."""
    names = file.tree.names(file.folder)
    weights = _weights(file)
    code = [name for name in names if name.endswith(".py") and _WORDS.fullmatch(name)]
    tokenizer = [
        name
        for name in names
        if name in {"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.txt"}
    ]
    return {
        "format": " ".join(sorted({FORMATS[suffix(name)] for name in weights})),
        "files": " ".join(weights[:_LISTED]),
        "custom_code": " ".join(code[:_LISTED]),
        "tokenizer": " ".join(tokenizer),
    }


def _identity(file: File, cached: re.Match[str] | None, kind: str) -> tuple[str, str, str]:
    """Name, revision and package URL: of the hub where it lies in the hub's cache, else the folder's name."""
    if cached:
        owner, _, bare = cached[2].rpartition("--")
        name = f"{owner.replace('--', '/')}/{bare}" if owner else bare
        qualifiers = (("type", "dataset"),) if kind == "dataset" else ()
        return name, cached[3], purl("huggingface", bare, cached[3], owner, qualifiers)
    name = file.folder.rpartition("/")[2] or file.tree.label or "model"
    revision = _revision(file)
    return name, revision, purl("generic", name, revision)


def _revision(file: File) -> str:
    """The commit that the hub's client noted when it downloaded into a folder."""
    noted = file.beside(f".cache/huggingface/download/{file.name}.metadata")
    first = noted.bytes(4_096).decode("ascii", "replace").partition("\n")[0].strip() if noted else ""
    return first if re.fullmatch(r"[0-9a-f]{40}", first) else ""


def _digests(file: File) -> dict[str, str]:
    """Of the one file of weights there is, where the hub's cache names its blob by SHA-256."""
    weights = _weights(file)
    if len(weights) != 1:
        return {}
    blob = file.tree.target(f"{file.folder}/{weights[0]}".lstrip("/")).rpartition("/")[2]
    return {"sha256": blob} if _BLOB.fullmatch(blob) else {}


def _pointers(file: File) -> Iterator[Unexamined]:
    """Weights that were never fetched: Git LFS left a note of their digest in their place."""
    for name in _weights(file):
        found = file.beside(name)
        if found is not None and found.size < 1_024 and not found.outside:  # noqa: PLR2004  # a pointer has some 130 bytes
            try:
                head = found.bytes(1_024)
            except UnreadError:
                continue
            if head.startswith(b"version https://git-lfs.github.com/spec/"):
                yield found.unread("not-checked", "a pointer of Git LFS: the weights are not here")


class LooseWeights(Extractor):
    """Reads weights that lie about without a configuration: one component each."""

    endings = tuple(one for one in FORMATS if one not in {".bin", ".pkl", ".npz", ".msgpack"})

    def wants(self, file: File) -> bool:
        """Where nothing in the folder tells of a model."""
        return not file.inside and all(file.beside(name) is None for name in _CONFIGS)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The file by its name."""
        readme = file.beside("README.md")
        if readme is not None:
            try:
                if _read(readme, _CACHE.search(f"{file.folder}/"))[0]:
                    return  # its card tells it
            except UnreadError:
                pass
        stem = file.name[: -len(suffix(file.name))]
        yield Component(
            purl=purl("generic", stem),
            ecosystem="",
            name=stem,
            how="installed",
            where=file.at(),
            facts={"kind": "model", "format": FORMATS[suffix(file.name)], "files": file.name},
        )
