"""Keras configurations, of versions 1 to 3: a tree of objects by module, class and settings, which loading makes.

Whatever module and name a configuration gives, Keras before 3.9 imports and calls (CVE-2025-1550). Later versions stay within
Keras, and Keras itself had functions enough: CVE-2025-8747 (``get_file``), CVE-2025-9906 (a call that turns the safe mode off),
CVE-2025-49655 (``TorchModuleWrapper`` loads a pickle), CVE-2025-12058 (vocabularies that are paths), CVE-2025-9905 (Lambda in HDF5
whatever the safe mode says), CVE-2024-3660 (Lambda). So: classes of Keras's own layers are known harmless, and few functions are.
"""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.models import rules
from yanmen.supply.models.report import Report
from yanmen.supply.models.texts import walk

_OWN = frozenset({"keras", "keras_core", "tf_keras", "keras_hub", "keras_nlp", "keras_cv"})
_PARTS = re.compile(
    r"^(?:(?:tensorflow|tf)\.(?:python\.)?)?(?:keras|keras_core|tf_keras|keras_hub|keras_nlp|keras_cv)"
    r"(?:\.api)?(?:\.src)?(?:\._v[12]\.keras)?(?:\.backend\.(?:torch|tensorflow|jax|numpy|openvino))?"
    r"(?:\.(?:engine|layers|models|activations|initializers|regularizers|constraints|losses|metrics|optimizers|ops"
    r"|dtype_policies|tokenizers|samplers|applications|random|quantizers|mixed_precision|feature_column)(?:\.[\w.]*)?)?$"
)
"""Modules whose classes build layers and numbers."""
_PLAIN = frozenset(
    "slice tuple list dict set str int float bool bytes NoneType Ellipsis __tuple__ __tensor__ __numpy__ __keras_tensor__"
    " __bytes__ __ellipsis__ __slice__ TensorShape TypeSpec CompositeTensor".split()
)
"""What stands for a plain value."""
_FUNCTIONS = re.compile(r"(?:activations|initializers|regularizers|constraints|losses|metrics|ops|random)\b")
"""Modules of Keras whose functions reckon and do nothing else."""
_OPENS = frozenset(
    {
        "get_file",
        "load_model",
        "load_weights",
        "image_dataset_from_directory",
        "load_img",
        "text_dataset_from_directory",
    }
)
_VOCABULARY = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "Hashing"})
_LOADERS = {
    "TorchModuleWrapper": "CVE-2025-49655",
    "TFSMLayer": "",
    "FlaxLayer": "",
    "JaxLayer": "",
    "LegacyFile": "",
}
"""Layers that load something of their own."""
_OPERATION_FILES = re.compile(
    r"(?:^|\.)(?:io\.(?:read|write|matching)_\w+|raw_ops\.\w*File\w*|train\.\w*[Ss]av\w*|saved_model\.\w+)"
)
_OPERATION_RUNS = re.compile(r"py_func|numpy_function|py_function|load_op_library|load_library")


def looks_like(value: Any) -> bool:
    """Whether a document is a model's or a layer's configuration."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def judge_config(value: Any, report: Report) -> None:
    """Every object of the tree, and every function that it names."""
    count = 0
    for place, each in walk(value):
        if isinstance(each, dict) and isinstance(each.get("class_name"), str):
            count += 1
            _object(place, each, report)
        elif isinstance(each, str) and each == "__lambda__" and not place.endswith("/class_name"):
            report.find(rules.KERAS_RUNS, each, inside=place)
    report.fact("objects", str(count))
    report.step(f"keras: {count} objects, each of Keras's own layers or numbers")


def _object(place: str, said: dict[str, Any], report: Report) -> None:
    name, module = said["class_name"], said.get("module")
    config = said.get("config")
    if name in {"Lambda", "__lambda__"}:
        _lambda(place, name, config, report)
    elif name == "function":
        _function(place, str(module or ""), config, said, report)
    elif name in _PLAIN and module in {None, "", "builtins"}:
        return
    elif name in {"TFOpLambda", "TensorFlowOpLayer"}:
        _operation(place, config, report)
    elif isinstance(module, str) and module:
        _class(place, module, name, report)
    elif ">" in name or _registered(said):
        _custom(place, str(said.get("registered_name") or name), report)
    if isinstance(config, dict):
        _settings(place, name, config, report)


def _registered(said: dict[str, Any]) -> bool:
    """Keras's own classes are registered under their own name, or under none."""
    registered = said.get("registered_name")
    return isinstance(registered, str) and ">" in registered


def _lambda(place: str, name: str, config: Any, report: Report) -> None:
    """Code as bytes, or the name of a function that the loader must be given."""
    function = config.get("function") if isinstance(config, dict) else None
    if name == "Lambda" and isinstance(function, str):
        _custom(place, f"Lambda of {function}", report)
    elif name == "Lambda" and isinstance(function, dict) and function.get("class_name") == "function":
        return  # judged by itself, as a function
    else:
        report.find(rules.KERAS_RUNS, f"{name} (CVE-2024-3660)", inside=place)


def _function(place: str, module: str, config: Any, said: dict[str, Any], report: Report) -> None:
    """A function by module and name."""
    name = config if isinstance(config, str) else str(said.get("registered_name") or "")
    full = f"{module}.{name}" if module else name
    if "unsafe_deserialization" in name:
        report.find(rules.KERAS_UNSAFE, f"{full} (CVE-2025-9906)", inside=place)
    elif name in _OPENS:
        report.find(rules.KERAS_FILES, f"{full} (CVE-2025-8747)", inside=place)
    elif not module:
        _custom(place, name, report)
    elif not (_PARTS.match(module) and _FUNCTIONS.search(module)):
        report.find(rules.KERAS_IMPORTS, f"{full} (CVE-2025-1550)", inside=place)


def _class(place: str, module: str, name: str, report: Report) -> None:
    if name in _LOADERS:
        report.find(rules.KERAS_RUNS, f"{module}.{name} {_LOADERS[name]}".strip(), inside=place)
        return
    parts = module.split(".")
    if parts[0] in {"builtins", "transformers_modules"} or not _PARTS.match(module):
        if "utils" in parts or parts[0] not in _OWN | {"tensorflow", "tf"}:
            report.find(rules.KERAS_IMPORTS, f"{module}.{name} (CVE-2025-1550)", inside=place)
        else:
            report.miss("unsupported", f"{module}.{name}", inside=place)


def _operation(place: str, config: Any, report: Report) -> None:
    """A TensorFlow function, called while the model is built."""
    name = str(config.get("function") or config.get("node_def") or "") if isinstance(config, dict) else ""
    if _OPERATION_RUNS.search(name):
        report.find(rules.GRAPH_RUNS, name, inside=place)
    elif _OPERATION_FILES.search(name) or re.search(r"ReadFile|WriteFile|SaveV2", name):
        report.find(rules.GRAPH_FILES, name, inside=place)
    elif not name:
        report.miss("unsupported", "an operation without a name", inside=place)


def _custom(place: str, name: str, report: Report) -> None:
    report.find(rules.KERAS_CUSTOM, name, inside=place)
    report.miss("not-checked", f"the custom object {name}", inside=place)


def _settings(place: str, name: str, config: dict[str, Any], report: Report) -> None:
    """Settings that are paths: a vocabulary as one text is a file that is opened, local or not."""
    for key in ("vocabulary", "idf_weights"):
        if name in _VOCABULARY and isinstance(config.get(key), str) and config[key]:
            report.find(rules.KERAS_FILES, f"{name}.{key} = {config[key]} (CVE-2025-12058)", inside=place)
    for key in ("filepath", "file_path"):
        if isinstance(config.get(key), str):
            report.find(rules.KERAS_FILES, f"{name}.{key} = {config[key]}", inside=place)
