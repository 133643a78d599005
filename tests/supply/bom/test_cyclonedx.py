"""CycloneDX, valid by its own schema."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Severity
from yanmen.supply.bom.contents import Contents
from yanmen.supply.bom.cyclonedx import Spec, of_report, written
from yanmen.supply.report import Report, Result
from yanmen.supply.targets import Component


def _valid(document: bytes, spec: str) -> None:
    error = JsonStrictValidator(SchemaVersion.from_version(spec)).validate_str(document.decode())

    assert error is None, error


def _named(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (one for one in document["components"] if one["name"] == name)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_it_is_valid(whole: Contents, spec: Spec) -> None:
    """By the official schema, with all its fields; and empty."""
    _valid(written(whole, spec), spec)
    _valid(written(Contents(name="", components=(), at=0, version="0"), spec), spec)


def test_licences_are_told_apart(whole: Contents) -> None:
    """An id, an expression, names nobody could read."""
    document = json.loads(written(whole))

    assert _named(document, "flask")["licenses"] == [
        {"license": {"id": "BSD-3-Clause", "acknowledgement": "declared"}}
    ]
    assert _named(document, "click")["licenses"] == [
        {"expression": "Apache-2.0 OR MIT", "acknowledgement": "declared"}
    ] or (_named(document, "click")["licenses"][0]["expression"] == "MIT OR Apache-2.0")
    assert all("name" in one["license"] for one in _named(document, "odd")["licenses"])


def test_every_place_is_an_occurrence(whole: Contents) -> None:
    """With its line where it is known."""
    assert _named(json.loads(written(whole)), "flask")["evidence"]["occurrences"] == [
        {"location": ".venv/x", "line": 2},
        {"location": "uv.lock", "line": 9},
        {"location": "notes"},
    ]


def test_no_reference_dangles(whole: Contents) -> None:
    """cdxgen/cdxgen#669; what is needed and nowhere found makes the composition incomplete."""
    document = json.loads(written(whole))
    refs = {one["bom-ref"] for one in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
    needs = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}

    assert {ref for wanted in needs.values() for ref in wanted} | needs.keys() <= refs
    assert needs["pkg:pypi/flask@3.0"] == ["pkg:pypi/click@8.1"]
    assert {"aggregate": "incomplete", "dependencies": ["pkg:pypi/flask@3.0"]} in document["compositions"]


def test_a_model_has_its_card_and_its_ancestors(whole: Contents) -> None:
    """Fields that the field's own library does not write."""
    model = _named(json.loads(written(whole)), "org/tiny")

    assert model["type"] == "machine-learning-model"
    assert model["modelCard"]["modelParameters"] == {
        "task": "text-generation",
        "architectureFamily": "llama",
        "modelArchitecture": "LlamaForCausalLM",
        "datasets": [
            {"type": "dataset", "name": "org/data", "contents": {"url": "pkg:huggingface/org/data"}},
            {"type": "dataset", "name": "wikipedia"},
        ],
    }
    assert model["pedigree"] == {
        "ancestors": [
            {"type": "machine-learning-model", "name": "org/large", "purl": "pkg:huggingface/org/large"},
            {"type": "machine-learning-model", "name": "nonsense"},
        ],
        "notes": "finetune",
    }


def test_data_services_and_containers(whole: Contents) -> None:
    """Each by its own field."""
    document = json.loads(written(whole))

    assert _named(document, "org/data")["data"] == [
        {"type": "dataset", "name": "org/data", "description": "rows"}
    ]
    assert _named(document, "library/redis")["type"] == "container"
    assert [one["name"] for one in document["services"]] == ["cache", "queue"]


def test_what_could_not_be_judged_is_told(whole: Contents) -> None:
    """And the bill does not claim to be complete."""
    document = json.loads(written(whole))

    assert document["metadata"]["properties"] == [
        {"name": "yanmen:unexamined", "value": "x#L3: malformed why"}
    ]
    assert document["compositions"][0] == {"aggregate": "incomplete", "assemblies": ["yanmen:subject"]}
    assert (
        json.loads(written(msgspec.structs.replace(whole, unexamined=())))["compositions"][0]["aggregate"]
        == "unknown"
    )


def test_vulnerabilities_with_their_analysis(whole: Contents) -> None:
    """Only of components that are in it."""
    found = json.loads(written(whole))["vulnerabilities"]

    assert [(one["id"], one["analysis"]["state"], one["affects"]) for one in found] == [
        ("CVE-2024-1", "in_triage", [{"ref": "pkg:pypi/flask@3.0"}]),
        ("CVE-2024-1", "not_affected", [{"ref": "pkg:pypi/click@8.1"}]),
    ]
    assert found[0]["references"] == [{"id": "GHSA-xxxx", "source": {"name": "GitHub"}}]


def test_the_same_contents_give_the_same_bytes(whole: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another time another serial number; SOURCE_DATE_EPOCH holds the time still."""
    later = msgspec.structs.replace(whole, at=whole.at + 5_000_000)

    assert written(whole) == written(whole)
    assert json.loads(written(whole))["serialNumber"] != json.loads(written(later))["serialNumber"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert written(whole) == written(later)
    assert json.loads(written(whole))["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def test_of_a_report(whole: Contents) -> None:
    """What a scan found in several targets, each component once."""
    result = Result(path="/a/project", kind="project", components=whole.components)
    report = Report(at=whole.at, version="0.1.0", threshold=Severity.HIGH, targets=(result, result))
    document = json.loads(of_report(report))

    _valid(of_report(report), "1.6")
    assert len(document["components"]) == len(whole.components)
    assert document["metadata"]["component"]["name"] == "project"


_texts = st.text(max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    name=_texts,
    version=_texts,
    licence=_texts,
    digest=_texts,
    facts=st.dictionaries(
        st.sampled_from(
            ["kind", "homepage", "url", "supplier", "base_model", "datasets", "services", "role"]
        ),
        _texts | st.sampled_from(["model", "dataset", "https://host/%zz", "git+https://a b", "project"]),
    ),
)
def test_whatever_others_wrote_it_stays_valid(
    name: str, version: str, licence: str, digest: str, facts: dict[str, str]
) -> None:
    """Names, licences, digests and facts are theirs."""
    component = Component(
        purl="pkg:generic/x",
        ecosystem="",
        name=name,
        version=version,
        where=name,
        licences=(licence,),
        hashes={"sha256": digest},
        facts=facts,
    )
    document = written(Contents(name=name, components=(component,), at=0, version="0"))

    _valid(document, "1.6")
