"""The description for machines is the one that is kept, and names every error."""

from __future__ import annotations

import json
from pathlib import Path

from yanmen.gateway.errors import STATUS
from yanmen.gateway.openapi import description

KEPT = Path(__file__).parents[2] / "docs/reference/gateway-openapi.json"


def test_the_kept_description_is_the_codes() -> None:
    """``json.dumps(description(), indent=2, ensure_ascii=False)`` and a line end."""
    assert json.loads(KEPT.read_text("utf-8")) == description()


def test_every_error_of_a_call_is_in_it() -> None:
    """By status and code."""
    responses = description()["paths"]["/v1/chat/completions"]["post"]["responses"]
    codes = {code for said in responses.values() for code in said["description"].split(", ")}

    assert set(STATUS) - {"not_found", "method_not_allowed"} <= codes
    assert {"content_policy_violation", "field_not_allowed", "duplicate_key"} <= codes


def test_every_error_is_in_the_reference() -> None:
    """Each code that the page must tell of."""
    page = (KEPT.parent / "gateway-http.md").read_text("utf-8")

    assert [code for code in STATUS if f"`{code}`" not in page] == []
