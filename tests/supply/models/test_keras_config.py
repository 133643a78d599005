"""Keras configurations: each published way to have it run something, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.models.keras_config import judge_config, looks_like
from yanmen.supply.models.report import Report
from yanmen.supply.targets import Examined

Said = Callable[[Examined], set[str]]


def _model(layer: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"layers": [layer]},
        "registered_name": None,
    }


def _function(module: str | None, name: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


DENSE = {
    "module": "keras.layers", "class_name": "Dense", "registered_name": None,
    "config": {"units": 3, "activation": "relu",
               "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
               "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}}},
}  # fmt: skip


@pytest.mark.parametrize(
    "layer",
    [
        DENSE,
        {"class_name": "Dense", "config": {"units": 3}},
        {"module": "keras.src.layers.core.dense", "class_name": "Dense", "config": {}},
        {"module": "tensorflow.keras.layers", "class_name": "Conv2D", "config": {}},
        {"module": "keras_hub.src.models.bert", "class_name": "BertBackbone", "config": {}},
        {"class_name": "Activation", "config": {"activation": _function("keras.activations", "gelu")}},
        {"class_name": "__tuple__", "items": [1, 2]},
        {"module": "builtins", "class_name": "slice", "config": {"start": 0}},
        {"class_name": "StringLookup", "config": {"vocabulary": ["a", "b"]}},
        {"class_name": "TFOpLambda", "config": {"function": "math.multiply"}},
    ],
)
def test_layers_of_keras_are_known(layer: dict[str, Any], report: Report) -> None:
    """Of all versions."""
    judge_config(_model(layer), report)

    assert (report.done().proof, report.done().findings) == ("proven_safe", ())


@pytest.mark.parametrize(
    ("layer", "rule"),
    [
        pytest.param({"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}}, "keras.runs-code",
                     id="CVE-2024-3660"),
        pytest.param({"module": "keras.layers", "class_name": "Lambda", "config": {"function":
                      {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}}}, "keras.runs-code", id="CVE-2025-9905"),
        pytest.param({"class_name": "Lambda", "config": {"function": _function("os", "system"), "arguments": {"command": "id"}}},
                     "keras.imports-module", id="CVE-2025-1550-function"),
        pytest.param({"module": "subprocess", "class_name": "Popen", "config": {"args": ["id"]}}, "keras.imports-module",
                     id="CVE-2025-1550-class"),
        pytest.param({"class_name": "Activation", "config": {"activation": _function("builtins", "exec")}}, "keras.imports-module",
                     id="CVE-2025-1550-builtins"),
        pytest.param({"class_name": "Lambda", "config": {"function": _function("keras.utils", "get_file")}}, "keras.touches-files",
                     id="CVE-2025-8747"),
        pytest.param({"class_name": "Lambda", "config": {"function": _function("keras.config", "enable_unsafe_deserialization")}},
                     "keras.turns-safety-off", id="CVE-2025-9906"),
        pytest.param({"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "gASV"}},
                     "keras.runs-code", id="CVE-2025-49655"),
        pytest.param({"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}, "keras.touches-files",
                     id="CVE-2025-12058"),
        pytest.param({"class_name": "TFOpLambda", "config": {"function": "io.write_file"}}, "graph.touches-files",
                     id="operation-files"),
        pytest.param({"class_name": "TFOpLambda", "config": {"function": "numpy_function"}}, "graph.runs-code",
                     id="operation-runs"),
        pytest.param({"module": "keras.src.utils.file_utils", "class_name": "X", "config": {}}, "keras.imports-module",
                     id="utilities"),
    ],
)  # fmt: skip
def test_what_is_published_is_found(layer: dict[str, Any], rule: str, report: Report, said: Said) -> None:
    """Each by its rule, and the model is unsafe."""
    judge_config(_model(layer), report)

    assert rule in said(report.done())
    assert report.done().proof == "unsafe"


@pytest.mark.parametrize(
    "layer",
    [
        {"module": None, "class_name": "MyLayer", "registered_name": "Custom>MyLayer", "config": {}},
        {"class_name": "Lambda", "config": {"function": "my_function"}},
        {"class_name": "Activation", "config": {"activation": _function(None, "mine")}},
    ],
)
def test_custom_objects_are_not_judged(layer: dict[str, Any], report: Report, said: Said) -> None:
    """They are code that is not in the file."""
    judge_config(_model(layer), report)

    assert (said(report.done()), report.done().proof) == ({"keras.custom-object"}, "unknown")


def test_configurations_are_recognised() -> None:
    """By class and settings."""
    assert looks_like(_model(DENSE))
    assert not looks_like({"class_name": 1, "config": {}})
    assert not looks_like([])
