"""The description for machines is the one that is kept, and names every error."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from yanmen.gateway.errors import STATUS, Refusal
from yanmen.gateway.openapi import description

KEPT = Path(__file__).parents[2] / "docs/reference/gateway-openapi.json"
EXAMPLES = 25
"""Made by chance for each operation, right and wrong ones."""
LEFT_OUT: list[Any] = [
    checks.positive_data_acceptance,  # a schema cannot say what policy refuses
    checks.ignored_auth,  # it sends our key again and wonders
]
CONFIG = schemathesis.config.SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
"""What is wrong may be refused with any 4xx: it can be too large (413) before it is of the wrong type."""
OPERATIONS: dict[str, Any] = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(description(), config=CONFIG).get_all_operations()
    if isinstance(found, Ok)
}


def test_the_kept_description_is_the_codes() -> None:
    """``json.dumps(description(), indent=2, ensure_ascii=False)`` and a line end."""
    assert json.loads(KEPT.read_text("utf-8")) == description()


def test_every_error_of_a_call_is_in_it() -> None:
    """By status and code."""
    responses = description()["paths"]["/v1/chat/completions"]["post"]["responses"]
    codes = {code for said in responses.values() for code in said["description"].split(", ")}

    said = {Refusal(say).code for say in STATUS}
    assert said - {"not_found", "method_not_allowed"} <= codes
    assert {"content_policy_violation", "field_not_allowed", "duplicate_key"} <= codes


def test_every_error_is_in_the_reference() -> None:
    """Each code that the page must tell of."""
    page = (KEPT.parent / "gateway-http.md").read_text("utf-8")

    assert [say for say in STATUS if f"`{Refusal(say).code}`" not in page] == []


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("label", sorted(OPERATIONS))
async def test_no_input_breaks_the_gateway(label: str, mode: schemathesis.GenerationMode, house: Any) -> None:
    """Schemathesis makes requests from the description: never a 500, always an answer of the promised shape."""
    operation = OPERATIONS[label]
    if mode is schemathesis.GenerationMode.NEGATIVE and not [*operation.iter_parameters(), *operation.body]:
        pytest.skip("there is nothing to be wrong in this operation")
    house.stub.plays(b'{"choices":[{"index":0,"message":{"role":"assistant","content":"fine"}}]}')

    @settings(max_examples=EXAMPLES, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asking(case: Any) -> None:
        case.call_and_validate(
            base_url=house.url, headers={"authorization": f"Bearer {house.key}"}, excluded_checks=LEFT_OUT
        )

    await asyncio.to_thread(asking)
    assert not [event for event in await house.ended(0) if event.kind == "call.failed"]
