"""Configurations in JSON: of models, tokenizers, adapters, pipelines, indexes, manifests.

JSON runs nothing. What loaders do on its word does: import code that lies beside the model or in another repository, make objects
of classes it names, open files it names, render templates it holds. Those words are looked for at any depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from yanmen.supply.models import encoded, keras_config, rules
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.templates import is_template, judge
from yanmen.supply.models.texts import LONGEST, document, key_of, walk
from yanmen.supply.pickles import nested
from yanmen.supply.targets import Artifact, Examined

_FACTS = (
    "model_type",
    "architectures",
    "license",
    "torch_dtype",
    "base_model_name_or_path",
    "peft_type",
    "tokenizer_class",
)
_LIBRARIES = frozenset(
    "transformers diffusers peft torch sentence_transformers optimum stable_diffusion flux onnxruntime timm tokenizers".split()
)
"""Libraries that a configuration may name a class of."""
_ACTED_ON = (
    b'"auto_map"', b'"custom_pipelines"', b'"trust_remote_code"', b'"parent_library"', b'"_target_"', b'"py/object"',
    b'"py/reduce"', b'"class_name"', b'"class_path"', b'"__class__"', b'"__kind__"', b'attn_implementation"', b'chat_template"',
)  # fmt: skip
"""Names that loaders act on, as bytes: for documents too large to be read whole."""
_OUTSIDE = re.compile(r"^(?:/|\\\\|~|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*://)|(?:^|[\\/])\.\.(?:[\\/]|$)")
"""Absolute paths, shares, addresses, and ways upwards."""


def outside(path: str) -> bool:
    """Whether a path leads out of the folder that it is said in."""
    return bool(_OUTSIDE.search(path))


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a document. Keras configurations, which are JSON too, are judged as such."""
    if artifact.size > LONGEST:
        return _large(artifact, bounds)
    parsed = document(artifact)
    report = Report(artifact, bounds, _kind(parsed.value))
    for name in parsed.twice:
        report.find(rules.CONTRADICTS, f"the key {name!r} stands twice")
        report.miss("malformed", f"the key {name!r} stands twice: readers differ in which they take")
    bounds.tick()
    judge_document(parsed.value, report)
    return report.done()


def judge_document(value: Any, report: Report) -> None:
    """All that is to be said of a document, into a report."""
    if keras_config.looks_like(value):
        keras_config.judge_config(value, report)
    if isinstance(value, dict):
        for name in _FACTS:
            if isinstance(value.get(name), str | list) and value[name]:
                said = value[name]
                report.fact(name, said if isinstance(said, str) else ", ".join(map(str, said[:5])))
        _pipeline(value, report)
    _modules(value, report)
    for place, each in walk(value):
        name = key_of(place)
        if look := _LOOKS.get(name):
            look(place, each, report)
        if isinstance(each, str):
            _text(place, name, each, report)
    report.step(f"{report.kind}: data only, and no word that makes a loader act")


def _kind(value: Any) -> str:
    """Which of the field's documents it is."""
    if not isinstance(value, dict):
        return "json"
    for name, keys in (
        ("ollama-manifest", {"schemaVersion", "layers"}),
        ("xgboost-json", {"learner", "version"}),
        ("adapter-config", {"peft_type"}),
        ("pipeline-index", {"_class_name", "_diffusers_version"}),
        ("weights-index", {"weight_map"}),
        ("tokenizer-config", {"tokenizer_class"}),
        ("model-config", {"model_type"}),
        ("tokenizer", {"model", "added_tokens"}),
    ):
        if keys <= set(value):
            return name
    return "json"


def _large(artifact: Artifact, bounds: Bounds) -> Examined:
    """A document of vocabulary size: checked to be JSON without being held as objects, and searched for what loaders act on."""
    if artifact.size > 2 * HELD:
        raise Unjudged("too-large", f"a JSON document of {artifact.size} bytes")
    report = Report(artifact, bounds, "json")
    data = artifact.read(0, artifact.size)
    read = msgspec.json.decode(data, type=_Index)
    _weights("/weight_map", read.weight_map, report)
    bounds.tick()
    if encoded.carries(artifact):
        report.miss("too-large", f"{artifact.size} bytes with an encoded pickle")
    for name in _ACTED_ON:
        if name in data:
            report.miss("too-large", f"{artifact.size} bytes that name {name.decode()}")
    report.step("json: data only, and no word that makes a loader act")
    return report.done()


class _Index(msgspec.Struct):
    """Of a table, this is kept: in which file each of a hundred thousand tensors is."""

    weight_map: dict[str, str] = {}


def _code(place: str, value: Any, report: Report) -> None:
    """``auto_map``: ``module.Class`` lies beside the model, ``owner/name--module.Class`` in another repository."""
    said = [each for _, each in walk(value) if isinstance(each, str)]
    for each in said:
        rule = rules.FOREIGN_CODE if "--" in each else rules.OWN_CODE
        report.find(rule, each, inside=place)
    if said:
        report.miss("not-checked", f"code that the model brings: {', '.join(said[:5])}", inside=place)


def _pipelines(place: str, value: Any, report: Report) -> None:
    """``custom_pipelines``: each names its implementation."""
    for where, each in walk(value):
        if where.endswith("/impl") and isinstance(each, str):
            _code(place, each, report)


def _trust(place: str, value: Any, report: Report) -> None:
    if value is True or (isinstance(value, str) and value.lower() == "true"):
        report.find(rules.OWN_CODE, "trust_remote_code: true", inside=place)
        report.miss("not-checked", "code that the model brings", inside=place)


def _library(place: str, value: Any, report: Report) -> None:
    """``parent_library`` of an adapter: a module that PEFT imports by name."""
    if not isinstance(value, str) or value.split(".")[0] in _LIBRARIES:
        return
    own = value.split(".")[0] == "transformers_modules"
    report.find(rules.OWN_CODE if own else rules.FOREIGN_CODE, value, inside=place)
    report.miss("not-checked", f"code of the module {value}", inside=place)


def _target(place: str, value: Any, report: Report) -> None:
    """``_target_``: Hydra calls whatever it names (CVE-2025-23304, NVIDIA NeMo; Palo Alto Unit 42, 2026)."""
    if isinstance(value, str):
        report.find(rules.FOREIGN_CODE, f"_target_: {value}", inside=place)


def _pickled(place: str, value: Any, report: Report) -> None:
    """What jsonpickle makes objects and calls of."""
    report.find(
        rules.FOREIGN_CODE,
        f"{key_of(place)}: {value if isinstance(value, str) else '…'}",
        inside=place,
    )


def _base(place: str, value: Any, report: Report) -> None:
    if isinstance(value, str) and outside(value):
        report.find(rules.ELSEWHERE, value, inside=place)


def _weights(place: str, value: Any, report: Report) -> None:
    """``weight_map``: the files that hold the tensors."""
    if isinstance(value, dict):
        for each in dict.fromkeys(map(str, value.values())):
            if outside(each):
                report.find(rules.EXTERNAL, each, inside=place)


def _layers(place: str, value: Any, report: Report) -> None:
    """An Ollama manifest's layers: a digest is the name of a file (CVE-2024-37032 let it lead anywhere)."""
    for layer in value if isinstance(value, list) else []:
        digest = layer.get("digest") if isinstance(layer, dict) else None
        if isinstance(digest, str) and not re.fullmatch(r"sha256[:-][0-9a-f]{64}", digest):
            report.find(rules.EXTERNAL, f"{digest} (CVE-2024-37032)", inside=place)


def _kernel(place: str, value: Any, report: Report) -> None:
    """``attn_implementation``: a name with a slash is a repository of compiled kernels, which transformers fetches and loads."""
    if isinstance(value, str) and "/" in value:
        report.find(rules.FOREIGN_CODE, value, inside=place)


def _made(place: str, value: Any, report: Report) -> None:
    """Classes that some loader makes by their names: Lightning's ``class_path``, GluonTS's ``class`` of a ``__kind__``, and kin."""
    if isinstance(value, str):
        report.find(rules.OWN_CODE, f"{key_of(place)}: {value}", inside=place)
        report.miss("not-checked", f"the class {value}", inside=place)


def _modules(value: Any, report: Report) -> None:
    """``modules.json`` of sentence-transformers: each part of a model by its class."""
    for part in value if isinstance(value, list) else []:
        kind = part.get("type") if isinstance(part, dict) and "idx" in part else None
        if isinstance(kind, str) and not kind.startswith("sentence_transformers."):
            _code("/type", kind, report)


_LOOKS: dict[str, Callable[[str, Any, Report], None]] = {
    "auto_map": _code,
    "custom_pipelines": _pipelines,
    "custom_pipeline": _code,
    "trust_remote_code": _trust,
    "parent_library": _library,
    "_target_": _target,
    "attn_implementation": _kernel,
    "_attn_implementation": _kernel,
    "class_path": _made,
    "__class__": _made,
    "__kind__": _made,
    "base_model_name_or_path": _base,
    "layers": _layers,
    "weight_map": _weights,
    **dict.fromkeys(
        ("py/object", "py/reduce", "py/function", "py/type", "py/repr", "py/newobj", "py/newargs"), _pickled
    ),
}
"""What is looked at by its name, at any depth."""


def _pipeline(value: dict[str, Any], report: Report) -> None:
    """A pipeline's index names a library and a class for each of its parts; another name is a module that lies beside it."""
    if "_class_name" not in value:
        return
    if isinstance(value["_class_name"], list):
        _code("/_class_name", value["_class_name"], report)
    for name, said in value.items():
        if name.startswith("_") or not isinstance(said, list) or not said or not isinstance(said[0], str):
            continue
        if said[0] not in _LIBRARIES:
            _code(f"/{name}", ".".join(map(str, said)), report)


def _text(place: str, name: str, text: str, report: Report) -> None:
    """Templates, by their key or by their marks; pickles, which somebody encoded to have them loaded."""
    keyed = (
        "template" in name
        or (name.isdigit() and "template" in place)
        or "template" in place.rpartition("/")[0].rpartition("/")[2]
    )
    if nested.may_be(data := text.encode("utf-8", "replace")) and (pickle := nested.encoded(data)):
        report.within(place, pickle)
    if (keyed and is_template(text)) or (is_template(text) and ("{%" in text or "__" in text)):
        judge(text, report, place)
