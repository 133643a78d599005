"""Bills of materials within a project and within wheels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.boms import Boms
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
BILL = """
{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
  {"type": "library", "name": "openssl", "version": "3.0", "purl": "pkg:generic/openssl@3.0"},
  {"type": "library", "name": "x", "version": "0.1", "purl": "pkg:cargo/x@0.1?download_url=file:///build"}
], "compositions": [{"aggregate": "incomplete"}]}
"""


def test_what_wheels_carry(lay: Lay, ask: Ask) -> None:
    """Libraries compiled into an extension (PEP 770); what was built from its own tree is in no registry."""
    root = lay({"lib/site-packages/x.dist-info/sboms/any.json": BILL})
    found, missed = ask(root, Boms())

    assert missed == []
    assert [(one.name, one.how, one.ecosystem) for one in found] == [
        ("openssl", "vendored", ""),
        ("x", "vendored", ""),
    ]
    assert found[1].facts["role"] == "project"


def test_what_lies_in_a_project(lay: Lay, ask: Ask) -> None:
    """That it is incomplete is said; what is only called like one is passed by."""
    root = lay({"app.cdx.json": BILL, "bom.json": '{"price": 1}', "lib/site-packages/y/bom.json": BILL})
    found, missed = ask(root, Boms())

    assert [one.where for one in found] == ["app.cdx.json"] * 2
    assert [one.reason for one in missed] == ["not-checked"]
