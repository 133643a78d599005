"""TensorFlow's saved models, frozen graphs and Keras metadata: every operation of the graph and of its functions, by name.

A graph runs when it is called. Most operations reckon; some call Python, read and write files or talk to the network
(https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md says: models are programs). Field numbers: saved_model.proto,
meta_graph.proto, graph.proto, function.proto, node_def.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.configs import judge_document, outside
from yanmen.supply.models.operations import FILES, HARMLESS, NETWORK, RUNS, SAVERS, SAVING
from yanmen.supply.models.report import Report
from yanmen.supply.models.texts import parse
from yanmen.supply.models.wire import BYTES, Field, Wire
from yanmen.supply.targets import Artifact, Examined

_OPERATIONS = 20_000
"""Different operations and functions of one model."""
_CONSTANT = 65_536
"""Bytes of a constant that is looked into for paths."""


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """A saved model: its meta graphs."""
    report = Report(artifact, bounds, "saved-model")
    with _walking(artifact, bounds, report) as graph:
        for top in graph.messages(0, artifact.size, {2}):
            for part in graph.messages(top.start, top.end, {2, 6}):
                if part.number == 2:  # noqa: PLR2004 (graph)
                    graph.walk(part)
                else:
                    graph.asset(part)
    return report.done()


def read_graph(artifact: Artifact, bounds: Bounds) -> Examined:
    """A graph by itself."""
    report = Report(artifact, bounds, "graph-def")
    with _walking(artifact, bounds, report) as graph:
        graph.walk(Field(0, BYTES, 0, 0, artifact.size))
    return report.done()


def read_keras_metadata(artifact: Artifact, bounds: Bounds) -> Examined:
    """What Keras 2 keeps beside a saved model: one configuration for each layer, Lambda layers with their code."""
    report = Report(artifact, bounds, "keras-metadata")
    with _walking(artifact, bounds, report) as graph:
        for node in graph.messages(0, artifact.size, {1}):
            for part in graph.messages(node.start, node.end, {5}):
                judge_document(parse(graph.wire.text(part, 8 << 20)).value, report)
        graph.whole = True
    return report.done()


def _walking(artifact: Artifact, bounds: Bounds, report: Report) -> _Graph:
    return _Graph(Wire(artifact, bounds), report)


class _Graph:
    """Operations of all graphs and functions of a file."""

    def __init__(self, wire: Wire, report: Report) -> None:
        self.wire = wire
        self.whole = False
        self._report = report
        self._count = 0
        self._seen: dict[tuple[str, str], str] = {}
        """Operation and function to the first node's name."""
        self._functions: set[str] = set()
        self._paths: dict[str, str] = {}
        """Function to a path that one of its constants holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Say what was seen, also where the walk ended early."""
        self.wire.close()
        self._say()
        if isinstance(error, Unjudged):
            self._report.failed(error)
            return True
        if error is None and not self._count and not self.whole:
            self._report.miss("malformed", "no node in it")
        return False

    def messages(self, start: int, end: int, numbers: set[int]) -> Iterator[Field]:
        """Fields of these numbers that hold bytes."""
        return (
            each for each in self.wire.fields(start, end) if each.number in numbers and each.kind == BYTES
        )

    def walk(self, graph: Field) -> None:
        """Nodes, and the library's functions."""
        for part in self.messages(graph.start, graph.end, {1, 2}):
            if part.number == 1:
                self._node(part, "")
                continue
            for function in self.messages(part.start, part.end, {1}):
                self._function(function)

    def asset(self, field: Field) -> None:
        """A file of the model's ``assets`` folder."""
        for part in self.messages(field.start, field.end, {2}):
            name = self.wire.text(part)
            if outside(name):
                self._report.find(rules.EXTERNAL, name)

    def _function(self, field: Field) -> None:
        name = ""
        for part in self.messages(field.start, field.end, {1, 3}):
            if part.number == 1:
                name = next((self.wire.text(each) for each in self.messages(part.start, part.end, {1})), "")
                self._functions.add(name)
            else:
                self._node(part, name)

    def _node(self, field: Field, function: str) -> None:
        name = operation = ""
        self._count += 1
        for part in self.messages(field.start, field.end, {1, 2, 5}):
            if part.number == 1:
                name = self.wire.text(part)
            elif part.number == 2:  # noqa: PLR2004 (operation)
                operation = self.wire.text(part)
            elif operation == "Const" and part.end - part.start < _CONSTANT:
                self._constant(self.wire.held(part, _CONSTANT), function or name.rpartition("/")[0])
        scope = function or name
        self._seen.setdefault((operation, scope if operation in SAVERS else function), name)
        if len(self._seen) + len(self._functions) > _OPERATIONS:
            raise Unjudged("too-large", f"more than {_OPERATIONS} different operations")

    def _constant(self, data: bytes, function: str) -> None:
        """Whether a constant is a path that leads out: in the function that saves, it would be where it writes."""
        at = data.find(b"\x42")  # a text in a tensor: field 8, bytes
        while 0 <= at < len(data) - 2:
            text = data[at + 2 : at + 2 + data[at + 1]]
            if (
                len(self._paths) < _OPERATIONS
                and len(text) == data[at + 1]
                and text.isascii()
                and outside(text.decode("ascii"))
            ):
                self._paths[function] = text.decode("ascii")
            at = data.find(b"\x42", at + 1)

    def _say(self) -> None:
        """What each operation is known to do."""
        unknown = set()
        for (operation, function), name in self._seen.items():
            place = f"{function}/{name}" if function and function != name else name
            if operation in RUNS:
                self._report.find(rules.GRAPH_RUNS, operation, inside=place)
            elif operation in FILES:
                self._report.find(rules.GRAPH_FILES, operation, inside=place)
            elif operation in NETWORK:
                self._report.find(rules.GRAPH_NETWORK, operation, inside=place)
            elif operation in SAVERS:
                self._saver(operation, function, place)
            elif operation not in HARMLESS and operation not in self._functions and operation != "PrintV2":
                unknown.add(operation)
        for operation in sorted(unknown)[:50]:
            self._report.find(rules.GRAPH_CUSTOM, operation)
            self._report.miss("not-checked", f"the operation {operation} is not known")
        reads = any(
            operation.startswith(("InitializeTableFromTextFile", "Restore")) for operation, _ in self._seen
        )
        if reads and self._paths:
            self._report.miss(
                "not-checked", f"whether {min(self._paths.values())} is read instead of the model's own files"
            )
        if any(operation == "PrintV2" for operation, _ in self._seen):
            self._report.miss("not-checked", "PrintV2 can write to a file that the graph names")
        self._report.fact("nodes", str(self._count))
        self._report.fact("functions", str(len(self._functions)))
        self._report.step(
            f"{self._report.kind}: {self._count} nodes, operations that reckon or restore the model's own variables"
        )

    def _saver(self, operation: str, function: str, place: str) -> None:
        path = self._paths.get(function) or self._paths.get(function.rpartition("/")[0])
        if not SAVING.match(function):
            self._report.find(rules.GRAPH_FILES, operation, inside=place)
        elif path:
            self._report.find(rules.GRAPH_FILES, f"{operation} to {path}", inside=place)
