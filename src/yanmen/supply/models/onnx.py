"""ONNX: a graph in a protocol buffer. It runs operators of its runtime; what it can do besides is read files and name libraries.

External data is a path that the runtime opens: out of the model's folder it reads what it should not (CVE-2022-25882,
CVE-2024-27318, CVE-2026-27489 in the onnx library). Operators of other domains need a library that somebody must load.
Field numbers: onnx/onnx.proto.
"""

from __future__ import annotations

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.configs import outside
from yanmen.supply.models.report import Report
from yanmen.supply.models.templates import is_template, judge
from yanmen.supply.models.wire import BYTES, VARINT, Field, Wire
from yanmen.supply.targets import Artifact, Examined

_OWN_DOMAINS = frozenset(
    {"", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training"}
)
_RUNTIMES = frozenset({
    "com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental", "com.microsoft.extensions", "com.ms.internal.nhwc",
    "ai.onnx.contrib", "com.microsoft.dml", "org.pytorch.aten", "pkg.onnxscript.torch_lib", "pkg.torch", "pkg.onnxscript",
    "pkg.onnxscript.torch_lib.common",
})  # fmt: skip
"""Domains that published runtimes bring along."""
_PYTHON = frozenset({"PyOp", "PythonOp", "PythonOpGrad", "ATen"})
"""Operators that call Python or any function of torch by its name."""
_NETWORK = ("Azure", "OpenAI")
"""How operators of the runtime's extensions begin that ask a service."""
_OPAQUE = frozenset({"EPContext"})
"""Operators that hold, or name, what another program compiled."""
_MODEL = {2: "producer_name", 3: "producer_version", 4: "domain", 6: "doc_string"}
_DEEPEST = 32
_OPERATORS = 5_000
"""Different operators in one model; the field has some hundreds."""
_DIMENSIONS = 1 << 63
_SIZES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
"""Bytes of an element by its data type."""


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a model: every node of its graph, its functions and its training information; every tensor's place."""
    report = Report(artifact, bounds, "onnx")
    wire = Wire(artifact, bounds)
    try:
        _Model(wire, report).go()
    except Unjudged as error:
        report.failed(error)
    finally:
        wire.close()
    return report.done()


class _Model:
    def __init__(self, wire: Wire, report: Report) -> None:
        self._wire = wire
        self._report = report
        self._operators: dict[tuple[str, str], int] = {}
        self._functions: set[tuple[str, str]] = set()
        self._graphs = 0
        self._tensors = 0

    def go(self) -> None:
        for field in self._wire.fields():
            if field.kind == VARINT and field.number == 1:
                self._report.fact("ir_version", str(field.value))
            elif field.kind == BYTES:
                self._top(field)
        if not self._graphs:
            raise Unjudged("malformed", "no graph")
        self._say_operators()
        self._report.fact("nodes", str(sum(self._operators.values())))
        self._report.step(
            f"onnx: {self._tensors} tensors, {len(self._operators)} operators, all of published domains"
        )

    def _top(self, field: Field) -> None:
        if field.number in _MODEL:
            text = self._wire.text(field, 1 << 20)
            self._report.fact(_MODEL[field.number], text)
        elif field.number == 7:  # noqa: PLR2004 (graph)
            self._graph(field, 0)
        elif field.number == 14:  # noqa: PLR2004 (metadata)
            self._pair(field)
        elif field.number == 20:  # noqa: PLR2004 (training information: two graphs)
            self._report.find(rules.GRAPH_CUSTOM, "training information")
            for each in self._wire.fields(field.start, field.end):
                if each.number in {1, 2} and each.kind == BYTES:
                    self._graph(each, 0)
        elif field.number == 25:  # noqa: PLR2004 (function)
            self._function(field)

    def _pair(self, field: Field) -> None:
        """Metadata; a template in it is judged."""
        said = {
            each.number: self._wire.text(each, 4 << 20) for each in self._wire.fields(field.start, field.end)
        }
        key, value = said.get(1, ""), said.get(2, "")
        if is_template(value) and ("template" in key or "{%" in value):
            judge(value, self._report, f"metadata.{key}")

    def _function(self, field: Field) -> None:
        name = domain = ""
        for each in self._wire.fields(field.start, field.end):
            if each.kind != BYTES:
                continue
            if each.number == 1:
                name = self._wire.text(each)
            elif each.number == 10:  # noqa: PLR2004 (domain)
                domain = self._wire.text(each)
            elif each.number == 7:  # noqa: PLR2004 (node)
                self._node(each, 1)
        self._functions.add((domain, name))
        if len(self._functions) > _OPERATORS:
            raise Unjudged("too-large", f"more than {_OPERATORS} functions")

    def _graph(self, field: Field, depth: int) -> None:
        if depth > _DEEPEST:
            raise Unjudged("too-large", f"graphs nested more than {_DEEPEST} deep")
        self._graphs += 1
        for each in self._wire.fields(field.start, field.end):
            if each.kind != BYTES:
                continue
            if each.number == 1:
                self._node(each, depth)
            elif each.number == 5:  # noqa: PLR2004 (initializer)
                self._tensor(each)
            elif each.number == 15:  # noqa: PLR2004 (sparse initializer: values and indices)
                for part in self._wire.fields(each.start, each.end):
                    if part.number in {1, 2} and part.kind == BYTES:
                        self._tensor(part)

    def _node(self, field: Field, depth: int) -> None:
        name = domain = ""
        for each in self._wire.fields(field.start, field.end):
            if each.kind != BYTES:
                continue
            if each.number == 4:  # noqa: PLR2004 (operator)
                name = self._wire.text(each)
            elif each.number == 7:  # noqa: PLR2004 (domain)
                domain = self._wire.text(each)
            elif each.number == 5:  # noqa: PLR2004 (attribute)
                self._attribute(each, depth)
        key = (domain, name)
        if len(self._operators) > _OPERATORS:
            raise Unjudged("too-large", f"more than {_OPERATORS} different operators")
        self._operators[key] = self._operators.get(key, 0) + 1

    def _attribute(self, field: Field, depth: int) -> None:
        for each in self._wire.fields(field.start, field.end):
            if each.kind == BYTES and each.number in {5, 10}:
                self._tensor(each)
            elif each.kind == BYTES and each.number in {6, 11}:
                self._graph(each, depth + 1)

    def _tensor(self, field: Field) -> None:
        self._tensors += 1
        count, size, kind, name = 1, None, 0, ""
        for each in self._wire.fields(field.start, field.end):
            if each.number == 1:
                for dimension in self._dimensions(each):
                    count *= dimension
            elif each.number == 2 and each.kind == VARINT:  # noqa: PLR2004 (data type)
                kind = each.value
            elif each.number == 8 and each.kind == BYTES:  # noqa: PLR2004 (name)
                name = self._wire.text(each)
            elif each.number == 9 and each.kind == BYTES:  # noqa: PLR2004 (raw data)
                size = each.end - each.start
            elif each.number == 13 and each.kind == BYTES:  # noqa: PLR2004 (external data)
                self._external(each)
        if count >= _DIMENSIONS:
            self._report.find(rules.OUT_OF_BOUNDS, f"the tensor {name} has {count} elements")
        elif size is not None and kind in _SIZES and size != count * _SIZES[kind]:
            self._report.find(
                rules.CONTRADICTS,
                f"the tensor {name}: {size} bytes where its shape says {count * _SIZES[kind]}",
            )
            self._report.miss("malformed", f"the tensor {name!r}: size and shape disagree")

    def _dimensions(self, field: Field) -> list[int]:
        if field.kind == VARINT:
            return [field.value]
        found, value, shift = [], 0, 0
        for byte in self._wire.held(field, 4096):
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004 (the last group of a number)
                found.append(value)
                value = shift = 0
        return found

    def _external(self, field: Field) -> None:
        said = {
            each.number: self._wire.text(each, 65_536) for each in self._wire.fields(field.start, field.end)
        }
        if said.get(1) == "location":
            place = said.get(2, "")
            if outside(place):
                self._report.find(rules.EXTERNAL, place)
            else:
                self._report.fact("external_data", place)

    def _say_operators(self) -> None:
        for (domain, name), _ in sorted(self._operators.items()):
            if name in _PYTHON:
                self._report.find(rules.GRAPH_RUNS, f"{domain}::{name}")
            elif domain not in _OWN_DOMAINS and name.startswith(_NETWORK):
                self._report.find(rules.GRAPH_NETWORK, f"{domain}::{name}")
            elif name in _OPAQUE:
                self._report.miss("unsupported", f"{domain}::{name} holds what was compiled elsewhere")
            elif domain not in _OWN_DOMAINS | _RUNTIMES and (domain, name) not in self._functions:
                self._report.find(rules.GRAPH_CUSTOM, f"{domain}::{name}")
                self._report.miss("not-checked", f"the operator {domain}::{name} needs a library of its own")
