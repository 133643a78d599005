"""SPDX, valid by the field's own tools."""

from __future__ import annotations

import json

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from yanmen.core.nouns import Severity
from yanmen.supply.bom.contents import Contents
from yanmen.supply.bom.spdx import of_report, written
from yanmen.supply.report import Report, Result
from yanmen.supply.targets import Component


def _valid(document: bytes) -> None:
    parsed = JsonLikeDictParser().parse(json.loads(document))  # type: ignore[no-untyped-call]  # it publishes no types
    found = validate_full_spdx_document(parsed, "SPDX-2.3")

    assert [one.validation_message for one in found] == []


def test_it_is_valid(whole: Contents) -> None:
    """With all that is in it, and empty."""
    _valid(written(whole))
    _valid(written(Contents(name="", components=(), at=0, version="0")))


def test_licences_that_are_on_no_list_keep_their_words(whole: Contents) -> None:
    """Under references of their own."""
    document = json.loads(written(whole))
    declared = {one["name"]: one.get("licenseDeclared") for one in document["packages"]}
    texts = {one["licenseId"]: one["extractedText"] for one in document["hasExtractedLicensingInfos"]}

    assert declared["flask"] == "BSD-3-Clause"
    assert "LicenseRef-" in declared["odd"]
    assert "No such licence" in texts.values()


def test_relationships(whole: Contents) -> None:
    """What is described, what needs what, what is for development, what a model was made from."""
    model = next(one for one in whole.components if one.name == "org/tiny")
    parent = msgspec.structs.replace(
        model, name="org/large", purl="pkg:huggingface/org/large@1", facts={"kind": "model"}
    )
    contents = msgspec.structs.replace(whole, components=(*whole.components, parent))
    said = {
        (one["spdxElementId"], one["relationshipType"], one["relatedSpdxElement"])
        for one in json.loads(written(contents))["relationships"]
    }

    assert ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Subject") in said
    assert ("SPDXRef-pypi-flask-3.0", "DEPENDS_ON", "SPDXRef-pypi-click-8.1") in said
    assert ("SPDXRef-pypi-click-8.1", "DEV_DEPENDENCY_OF", "SPDXRef-Subject") in said
    assert ("SPDXRef-huggingface-org-tiny-abc", "DESCENDANT_OF", "SPDXRef-huggingface-org-large-1") in said


def test_what_could_not_be_judged_is_told(whole: Contents) -> None:
    """In the document's comment."""
    assert "x#L3: malformed why" in json.loads(written(whole))["comment"]


def test_the_same_contents_give_the_same_bytes(whole: Contents) -> None:
    """And so the same namespace."""
    assert written(whole) == written(whole)


def test_of_a_report(whole: Contents) -> None:
    """What a scan found."""
    result = Result(path="/a/project", kind="project", components=whole.components)

    _valid(of_report(Report(at=whole.at, version="0.1.0", threshold=Severity.HIGH, targets=(result,))))


_texts = st.text(max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(name=_texts, version=_texts, licence=_texts, supplier=_texts)
def test_whatever_others_wrote_it_stays_valid(name: str, version: str, licence: str, supplier: str) -> None:
    """Names, licences and suppliers are theirs."""
    component = Component(
        purl="pkg:generic/x",
        ecosystem="",
        name=name or "x",
        version=version,
        where=name,
        licences=(licence,),
        facts={"supplier": supplier},
    )

    _valid(written(Contents(name=name, components=(component,), at=0, version="0")))
