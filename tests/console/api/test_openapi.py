"""The OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path

from yanmen.console.api.openapi import document, written
from yanmen.console.api.table import OPERATIONS

REFERENCE = Path(__file__).parents[3] / "docs/reference/console-openapi.json"


def test_the_reference_is_the_document() -> None:
    """A reader of the documentation sees what the server answers."""
    assert REFERENCE.read_text("utf-8") == written()


def test_every_operation_is_described() -> None:
    """With its parameters, its body, its answer and its errors."""
    paths = document()["paths"]

    for one in OPERATIONS:
        described = paths[one.path][one.method.lower()]
        assert described["operationId"] == one.id
        assert {str(one.status), "400", "401", "403"} <= set(described["responses"])
        assert ("requestBody" in described) == (one.method == "POST")
        assert any(parameter["in"] == "path" for parameter in described.get("parameters", [])) == one.named


def test_every_reference_leads_to_a_schema() -> None:
    """No shape is named that is not written out."""
    text = json.dumps(document())
    known = document()["components"]["schemas"]

    assert all(name.partition('"')[0] in known for name in text.split("#/components/schemas/")[1:])
