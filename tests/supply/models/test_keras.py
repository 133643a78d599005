"""Keras models of version 3, written by Keras."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from yanmen.supply.targets import Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


def _keras(members: dict[str, bytes]) -> bytes:
    """The benign model with other members."""
    out = io.BytesIO()
    with zipfile.ZipFile(SAMPLES / "benign.keras") as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, members.pop(name, source.read(name)))
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_what_keras_writes_is_proven_safe(examined: Look) -> None:
    """Configuration, metadata and weights."""
    found = examined((SAMPLES / "benign.keras").read_bytes(), "m.keras")

    assert (found.format, found.proof, found.findings) == ("keras", "proven_safe", ())
    assert found.facts["keras_version"].startswith("3.")


def test_a_lambda_layer_is_found(examined: Look, said: Said) -> None:
    """CVE-2024-3660, in Keras's own writing."""
    found = examined((SAMPLES / "lambda.keras").read_bytes(), "m.keras")

    assert (said(found), found.proof) == ({"keras.runs-code"}, "unsafe")


def test_a_configuration_that_imports_is_found(examined: Look, said: Said) -> None:
    """CVE-2025-1550: any module, any function, any arguments."""
    layer = {
        "class_name": "Lambda",
        "config": {"function": {"module": "os", "class_name": "function", "config": "system"}},
    }
    config = {"class_name": "Sequential", "module": "keras", "config": {"layers": [layer]}}

    assert said(examined(_keras({"config.json": json.dumps(config).encode()}), "m.keras")) == {
        "keras.imports-module"
    }


def test_weights_that_lie_in_other_files_are_found(examined: Look, said: Said) -> None:
    """CVE-2026-1669: the weights inside name a file of the host."""
    weights = (SAMPLES / "external.h5").read_bytes()

    assert said(examined(_keras({"model.weights.h5": weights}), "m.keras")) == {"graph.data-outside"}


def test_other_members_are_examined_too(examined: Look, said: Said) -> None:
    """An asset that is a template, a name that leads out, a configuration that is none."""
    assert "template.runs-code" in said(examined(_keras({"assets/t.jinja": b"{{ x.__class__ }}"}), "m.keras"))
    assert "archive.name-leaves" in said(examined(_keras({"../x.json": b"{}"}), "m.keras"))
    assert examined(_keras({"config.json": b"[]"}), "m.keras").proof == "unknown"
    assert examined(_keras({"config.json": b'{"a": 1, "a": 2}'}), "m.keras").proof == "unknown"
