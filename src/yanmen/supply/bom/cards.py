"""The fields of an ML-BOM: a model's card, a data set's data, what a model was made from."""

from __future__ import annotations

from typing import Any

from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import UnreadError

_SHOWN = (
    "format",
    "library",
    "model_type",
    "language",
    "tokenizer",
    "custom_code",
    "quantization",
    "parameters",
    "context",
)
"""Facts that the standard has no field for."""


def model_card(one: Component) -> dict[str, Any]:
    """Task, architecture, data sets it was trained on; what the standard has no field for as properties."""
    parameters: dict[str, Any] = {
        "task": one.facts.get("task", ""),
        "architectureFamily": one.facts.get("model_type", ""),
        "modelArchitecture": one.facts.get("architectures", ""),
        "datasets": [
            {"type": "dataset", "name": name, "contents": {"url": huggingface(name)}}
            if huggingface(name)
            else {"type": "dataset", "name": name}
            for name in one.facts.get("datasets", "").split()
        ],
    }
    said: dict[str, Any] = {"modelParameters": {key: value for key, value in parameters.items() if value}}
    said["properties"] = [
        {"name": f"yanmen:{key}", "value": one.facts[key]} for key in _SHOWN if one.facts.get(key)
    ]
    return {key: value for key, value in said.items() if value}


def data_of(one: Component) -> list[dict[str, Any]]:
    """A data set's own words of itself."""
    said: dict[str, Any] = {"type": "dataset", "name": one.name}
    if task := one.facts.get("task"):
        said["description"] = task
    return [said]


def pedigree(one: Component) -> dict[str, Any]:
    """The models that a model was made from: its ancestors."""
    names = one.facts.get("base_model", "").split()
    if not names:
        return {}
    ancestors = []
    for name in names:
        said = {"type": "machine-learning-model", "name": name}
        if link := huggingface(name):
            said["purl"] = link
        ancestors.append(said)
    relation = one.facts.get("base_model_relation", "")
    return {"ancestors": ancestors} | ({"notes": relation} if relation else {})


def huggingface(name: str) -> str:
    """The package URL of a model or data set as cards name it, ``owner/name``; empty where it is no such name."""
    owner, slash, bare = name.partition("/")
    if not slash or not owner or not bare or "/" in bare:
        return ""
    try:
        return purl("huggingface", bare, "", owner)
    except UnreadError:
        return ""
