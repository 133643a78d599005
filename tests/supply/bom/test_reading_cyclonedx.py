"""CycloneDX as other tools write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom.reading import components
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
XML = """
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5">
  <metadata><component type="application"><name>app</name></component></metadata>
  <components>
    <component type="library" bom-ref="a">
      <name>flask</name><version>3.0</version><scope>excluded</scope>
      <hashes><hash alg="SHA-256">ABAB</hash></hashes>
      <licenses><license><id>MIT</id></license><expression>A OR B</expression></licenses>
      <purl>pkg:pypi/Flask@3.0</purl>
      <components><component type="library" bom-ref="b"><name>inner</name><version>1</version></component></components>
    </component>
  </components>
  <dependencies><dependency ref="a"><dependency ref="b"/></dependency></dependencies>
</bom>
"""
JSON = """
{
  "bomFormat": "CycloneDX", "specVersion": "1.4",
  "components": [
    {"type": "library", "name": "libssl3", "version": "3.0.11", "bom-ref": "x",
     "purl": "pkg:deb/debian/libssl3@3.0.11?arch=amd64&distro=debian-12&upstream=openssl%403.0.11"},
    {"type": "library", "group": "org.x", "name": "y", "version": "1", "purl": "pkg:maven/org.x/y@1"},
    {"type": "library", "name": "bad", "purl": "nonsense"},
    {"type": "library", "group": "acme", "name": "own", "version": "2"}
  ]
}
"""


def test_xml(lay: Lay) -> None:
    """With components within components."""
    flask, inner = components(lay({"bom.xml": XML}) / "bom.xml")

    assert isinstance(flask, Component)
    assert isinstance(inner, Component)
    assert (flask.purl, flask.scope, flask.licences) == ("pkg:pypi/flask@3.0", "develop", ("MIT", "A OR B"))
    assert (flask.hashes, flask.needs) == ({"sha256": "abab"}, ("pkg:generic/inner@1",))
    assert inner.ecosystem == ""


def test_packages_of_operating_systems(lay: Lay) -> None:
    """The ecosystem by the distribution, the source package by the qualifier; a bad package URL is said."""
    found = list(components(lay({"bom.json": JSON}) / "bom.json"))
    names = {one.name: one for one in found if isinstance(one, Component)}

    assert names["libssl3"].ecosystem == "Debian:12"
    assert names["libssl3"].facts == {"source": "openssl", "source_version": "3.0.11"}
    assert (names["org.x:y"].ecosystem, names["own"].purl) == ("Maven", "pkg:generic/acme/own@2")
    assert [one.reason for one in found if isinstance(one, Unexamined)] == ["malformed"]
