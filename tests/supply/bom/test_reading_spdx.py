"""SPDX as other tools write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.supply.bom.reading import components
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
TAGS = """
SPDXVersion: SPDX-2.3
DocumentName: x
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app

PackageName: app
SPDXID: SPDXRef-app

PackageName: flask
SPDXID: SPDXRef-flask
PackageVersion: 3.0
PackageLicenseDeclared: LicenseRef-1
PackageSupplier: Organization: Pallets
PackageChecksum: SHA256: abab
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/flask@3.0
Relationship: SPDXRef-app DEPENDS_ON SPDXRef-flask

PackageName: odd
SPDXID: SPDXRef-odd
PackageComment: <text>
PackageName: hidden
</text>
Relationship: SPDXRef-odd DEV_DEPENDENCY_OF SPDXRef-flask

LicenseID: LicenseRef-1
SPDXID: SPDXRef-none
"""


def test_tags_and_values(lay: Lay) -> None:
    """What is described is the project; what stands in a text is no tag."""
    found = [one for one in components(lay({"x.spdx": TAGS}) / "x.spdx") if isinstance(one, Component)]
    names = {one.name: one for one in found}

    assert names.keys() == {"app", "flask", "odd"}
    assert (names["app"].facts, names["app"].needs) == ({"role": "project"}, ("pkg:pypi/flask@3.0",))
    assert (names["flask"].hashes, names["flask"].facts) == ({"sha256": "abab"}, {"supplier": "Pallets"})
    assert names["flask"].needs == ("pkg:generic/odd",)
    assert (names["odd"].scope, names["odd"].licences) == ("develop", ())


def test_a_document_without_packages(lay: Lay) -> None:
    """Is said."""
    (found,) = components(lay({"x.spdx": "SPDXVersion: SPDX-2.3\n"}) / "x.spdx")

    assert not isinstance(found, Component)
