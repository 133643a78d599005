"""skops: a zip with a tree of nodes in JSON, which name the classes and functions that loading makes and calls."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.supply.models import zips
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.models.pickles import tell
from yanmen.supply.models.report import Report
from yanmen.supply.pickles import rules
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.targets import Artifact, Examined

_SCHEMA = "schema.json"
_CALLS = frozenset(
    {"FunctionNode", "MethodNode", "OperatorFuncNode", "PartialNode", "ReduceNode", "TypeNode"}
)
_KNOWN = _CALLS | {
    "BytearrayNode", "BytesNode", "DefaultDictNode", "DictNode", "ListNode", "SetNode", "TupleNode", "SliceNode", "JsonNode",
    "ObjectNode", "NdArrayNode", "MaskedArrayNode", "RandomStateNode", "RandomGeneratorNode", "DTypeNode", "SparseMatrixNode",
    "TreeNode", "LossNode", "CachedNode", "QuantileForestNode", "_DictWithDeprecatedKeysNode", "DataTypeNode",
}  # fmt: skip
"""The kinds of nodes that skops has."""
_DEEPEST = 500
_MOST = 500_000


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Every class and function that its nodes name, judged as if a pickle named it, and the arrays beside it."""
    report = Report(artifact, bounds, "skops")
    archive = zips.Zip(artifact, bounds)
    for member in archive.members:
        try:
            content = archive.open(member)
            if member.name == _SCHEMA:
                _read_schema(content, report, bounds, {each.name for each in archive.members})
            elif not member.folder:
                report.take(bounds.inside(content))
        except Unjudged as error:
            report.miss(error.reason, error.detail, inside=member.name)
    zips.report_oddities(archive, report)
    return report.done()


def _read_schema(content: Artifact, report: Report, bounds: Bounds, members: set[str]) -> None:
    if content.size > HELD:
        raise Unjudged("too-large", f"a schema of {content.size} bytes")
    schema = msgspec.json.decode(content.read(0, content.size))
    journal = Journal(bounds.work)
    judge = Judge(journal, bounds.tables)
    waiting: list[tuple[Any, int]] = [(schema, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > _MOST or depth > _DEEPEST:
            raise Unjudged("too-large", "a tree of too many nodes")
        if seen % 1_000 == 0:
            bounds.tick()
        if isinstance(node, dict):
            _judge_node(node, judge)
            if "__loader__" in node and isinstance(node.get("file"), str) and node["file"] not in members:
                journal.miss("malformed", f"a node of the file {node['file']}, which is not there", 0)
            waiting.extend((value, depth + 1) for value in node.values() if isinstance(value, dict | list))
        elif isinstance(node, list):
            waiting.extend((value, depth + 1) for value in node if isinstance(value, dict | list))
    if isinstance(schema, dict):
        report.fact("skops", str(schema.get("_skops_version", "")))
    tell(journal, report, inside=_SCHEMA)


def _judge_node(node: dict[str, Any], judge: Judge) -> None:
    loader = node.get("__loader__")
    if loader is None:
        return
    if loader not in _KNOWN:
        judge.journal.miss("unsupported", f"a node of the kind {loader}", 0)
    _name(judge, node.get("__module__"), node.get("__class__"))
    content = node.get("content")
    if isinstance(content, dict) and "module_path" in content:
        _name(judge, content.get("module_path"), content.get("function"))
    if loader == "MethodNode" and isinstance(content, dict):
        method = str(content.get("func"))
        if not method.isidentifier() or method.startswith("_"):
            judge.journal.find(rules.REACHES_INSIDE, method, f"a method named {method}", 0)
    if loader == "OperatorFuncNode":
        _name(judge, "operator", node.get("__class__"))


def _name(judge: Judge, module: Any, name: Any) -> None:
    """A class or a function that loading imports; what makes nothing known harmless is said by the judge."""
    if isinstance(module, str) and isinstance(name, str) and module != "builtins":
        judge.name(module, name, 4, 0)
        entry = judge.knowledge.entry(module, name)
        if entry is not None:
            judge.journal.step(f"{module}.{name}", entry.why)
    elif module == "builtins" and not judge.knowledge.entry("builtins", str(name)):
        judge.name("builtins", str(name), 4, 0)
    elif module != "builtins":
        judge.journal.miss("malformed", f"a node of no class: {module!r}, {name!r}", 0)
