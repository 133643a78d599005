"""skops: a tree of nodes that name classes and functions."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.supply.models.family import bounds, held, npy

from yanmen.supply.models import skops
from yanmen.supply.targets import Examined


def _node(module: str, cls: str, loader: str, **more: Any) -> dict[str, Any]:
    return {"__module__": module, "__class__": cls, "__loader__": loader, **more}


def _read(tree: dict[str, Any], **members: bytes) -> Examined:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("schema.json", json.dumps(tree))
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return skops.read(held("m.skops", made.getvalue()), bounds())


def test_an_estimator_of_scikit_learn_is_proven_safe() -> None:
    """With its arrays."""
    inner = _node(
        "builtins", "dict", "DictNode", content={"C": _node("builtins", "str", "JsonNode", content="1.0")}
    )
    tree = _node("sklearn.svm._classes", "SVC", "ObjectNode", content=inner)
    examined = _read(tree, a=npy("'<f8'", "(1,)", bytes(8)))
    assert examined.proof == "proven_safe", examined
    assert any(step.startswith("sklearn.svm._classes.SVC") for step in examined.steps)


def test_what_a_node_names_is_judged_as_if_a_pickle_named_it() -> None:
    """CVE-2025-54412 and CVE-2025-54413: nodes whose class says one thing and whose content another."""
    operator = _node("operator", "methodcaller", "OperatorFuncNode", attrs=[])
    function = _node(
        "builtins", "function", "FunctionNode", content={"module_path": "os", "function": "system"}
    )
    method = _node("sklearn.svm._classes", "SVC", "MethodNode", content={"func": "__reduce__", "obj": {}})
    for node in (operator, function, method, _node("subprocess", "Popen", "ObjectNode")):
        assert _read(_node("builtins", "list", "ListNode", content=[node])).proof == "unsafe"
    assert _read(_node("acme", "Model", "ObjectNode")).proof == "unknown"
    assert _read(_node("sklearn.svm._classes", "SVC", "NewNode")).proof == "unknown"
