"""Models of MLflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.mlflow import MlModel
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def test_flavours(lay: Lay, ask: Ask) -> None:
    """What it can be loaded as, and code that comes with it."""
    root = lay(
        {
            "m/MLmodel": "flavors:\n  python_function: {loader_module: x, code: code}\n  sklearn: {}\nmodel_uuid: ab\nrun_id: r\n",
            "n/MLmodel": "x: 1\n",
        }
    )
    found, missed = ask(root, MlModel())

    assert [(one.purl, dict(one.facts)) for one in found] == [
        (
            "pkg:generic/m@ab",
            {"kind": "model", "format": "mlflow", "library": "sklearn", "custom_code": "code", "run": "r"},
        )
    ]
    assert [one.reason for one in missed] == ["malformed"]
