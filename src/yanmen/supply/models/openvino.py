"""OpenVINO's description of a model in XML; its weights lie beside it as bare numbers.

The document is read by a parser that is told to refuse every document type and entity. Layers of an operation set that OpenVINO
brings are known; another set is an extension: a library that somebody must load.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import CHUNK, Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.targets import Artifact, Examined

_LONGEST = 64 << 20
_DEEPEST = 64
_OWN_SETS = re.compile(r"(?:opset\d{1,2}|experimental)?")


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a document; one that is no model is unsupported."""
    if artifact.size > _LONGEST:
        raise Unjudged("too-large", f"an XML document of {artifact.size} bytes")
    report = Report(artifact, bounds, "openvino")
    document = _Document(report)
    with artifact.open() as stream:
        while chunk := stream.read(CHUNK):
            bounds.tick()
            if not document.feed(chunk):
                break
    document.end()
    return report.done()


class _Refused(Exception):  # noqa: N818 (it ends the parsing, and is said)
    """A document type, or depth, that is not read."""


class _Document:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._depth = self._layers = 0
        self._root = ""
        self._failed = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begins
        self._parser.EndElementHandler = self._ends
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> bool:
        """Whether to go on."""
        try:
            self._parser.Parse(chunk, False)
        except (_Refused, expat.ExpatError) as error:
            self._failed = True
            self._report.miss("malformed", f"XML: {error}")
        return not self._failed

    def end(self) -> None:
        """What is to be said of the whole."""
        if self._failed:
            return
        try:
            self._parser.Parse(b"", True)
        except (_Refused, expat.ExpatError) as error:
            self._report.miss("malformed", f"XML: {error}")
            return
        if self._root != "net":
            raise Unjudged("unsupported", f"an XML document of {self._root or 'nothing'}")
        self._report.fact("layers", str(self._layers))
        self._report.step(
            f"openvino: {self._layers} layers of its own operation sets; weights beside it are bare numbers"
        )

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        self._root = self._root or name
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Refused(f"nested more than {_DEEPEST} deep")
        if name != "layer":
            return
        self._layers += 1
        version = attributes.get("version", "")
        if not _OWN_SETS.fullmatch(version):
            self._report.find(rules.GRAPH_CUSTOM, f"{version}::{attributes.get('type', '')}")
            self._report.miss("not-checked", f"the operation set {version} needs a library of its own")

    def _ends(self, name: str) -> None:
        del name
        self._depth -= 1

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if system or public:
            self._report.find(rules.ENTITY, f"a document type at {system or public}")
        elif not internal:
            raise _Refused(f"the document type {name}")

    def _entity(self, name: str, *rest: object) -> None:
        del rest
        self._report.find(rules.ENTITY, f"the entity {name}")
        raise _Refused(f"the entity {name}")
