"""Whether a chat template plants text that depends on what a message says: a back door that needs no change of weights.

A branch is looked at when its condition compares a message's content with words that the template holds (or the date with one),
and when what the branch writes reads like a sentence. Names that are assigned such a comparison, or such words, are followed.
Marks such as ``<think>`` or ``/no_think`` are how templates talk to their users; a branch on those is said, at low severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

_CONTENT = frozenset(
    {"content", "text", "query", "prompt", "input", "message_content", "user_message", "instruction"}
)
"""Names of what a person wrote."""
_CLOCKS = frozenset({"strftime_now", "now", "today"})
_QUIET = frozenset({"raise_exception"})
"""Calls whose words no model reads."""
_MARK = re.compile(r"[<>\[\]{}|/\\#@$]|^\W*$|^[\w-]*_[\w-]*$")
"""What tells a control mark from a word of a language."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_HAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LEAST = 3
"""Words that make a sentence; of Chinese and its neighbours, twice as many characters."""
_LEAST_OF_MARKS = 5
_ADDRESS = re.compile(r"(?:https?|ftp)://|www\.", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{0,80}>|\[/?[A-Z_]{2,40}\]")
"""What a model reads as marks, not as words."""
_KEPT = 4_000
"""Characters of a branch's text that are looked at."""
_ROUNDS = 3
"""Times that the assignments are gone through, so that names of names are known."""


class Planted(NamedTuple):
    """A branch that writes text on a condition about a message."""

    line: int
    key: str
    """The word or mark."""
    text: str
    """What is written."""
    natural: bool
    """Whether the key is a word of a language; else a mark."""


class _Known(NamedTuple):
    """What a name or an expression stands for."""

    content: bool = False
    clock: bool = False
    words: frozenset[str] = frozenset()

    def join(self, other: _Known) -> _Known:
        return _Known(self.content or other.content, self.clock or other.clock, self.words | other.words)


_NOTHING = _Known()


def planted(tree: nodes.Template) -> Iterator[Planted]:
    """Every such branch of a parsed template."""
    return _Search(tree).found()


class _Search:
    def __init__(self, tree: nodes.Template) -> None:
        self._tree = tree
        self._names: dict[str, _Known] = {}
        self._macros = {macro.name: macro for macro in tree.find_all(nodes.Macro)}
        self._said: dict[str, str] = {}
        for _ in range(_ROUNDS):
            for node in tree.find_all((nodes.Assign, nodes.For, nodes.With)):
                self._learn(node)

    def found(self) -> Iterator[Planted]:
        for node in self._tree.find_all((nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.For)):
            test, branches = _parts(node)
            if test is None:
                continue
            known = self._condition(test)
            if not known.words or not (known.content or known.clock):
                continue
            for branch in branches:
                yield from self._judged(test.lineno, known, self._written(branch))

    def _judged(self, line: int, known: _Known, text: str) -> Iterator[Planted]:
        text = _MARKUP.sub(" ", text)
        size = max(
            len(_WORD.findall(text)),
            len(_HAN.findall(text)) // 2,
            _LEAST_OF_MARKS * bool(_ADDRESS.search(text)),
        )
        natural = sorted(word for word in known.words if not _MARK.search(word))
        if natural and size >= _LEAST:
            yield Planted(line, natural[0], text.strip(), natural=True)
        elif size >= _LEAST_OF_MARKS:
            yield Planted(line, min(known.words), text.strip(), natural=False)

    def _learn(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Assign):
            self._bind(node.target, self._known(node.node))
        elif isinstance(node, nodes.For):
            self._bind(node.target, self._known(node.iter))
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=False):
                self._bind(target, self._known(value))

    def _bind(self, target: nodes.Node, known: _Known) -> None:
        for name in _targets(target):
            self._names[name] = self._names.get(name, _NOTHING).join(known)

    def _condition(self, test: nodes.Node) -> _Known:
        """What a condition is about. A bare ``if message.content`` has no words; ``if role == 'user'`` no content."""
        known = _NOTHING
        for part in _comparisons(test):
            each = self._known(part)
            if (each.content or each.clock) and each.words:
                known = known.join(each)
        return known

    def _known(self, node: nodes.Node) -> _Known:
        if isinstance(node, nodes.Const):
            return (
                _Known(words=frozenset({node.value}))
                if isinstance(node.value, str) and node.value.strip()
                else _NOTHING
            )
        if isinstance(node, nodes.Name):
            return self._names.get(node.name, _NOTHING).join(
                _Known(content=node.name in _CONTENT, clock=node.name in _CLOCKS)
            )
        if isinstance(node, nodes.NSRef):
            return self._names.get(f"{node.name}.{node.attr}", _NOTHING)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            return self._member(node)
        if isinstance(node, nodes.Call) and _named(node.node) == "get":
            return _Known(content=any(_text(each) in _CONTENT for each in node.args))
        return self._joined(node)

    def _member(self, node: nodes.Getattr | nodes.Getitem) -> _Known:
        """``message['role']`` is not what the person wrote, though ``message`` holds it."""
        name = node.attr if isinstance(node, nodes.Getattr) else _text(node.arg)
        whole = _named(node.node)
        noted = self._names.get(f"{whole}.{name}", _NOTHING)
        if name:
            return noted.join(
                _Known(content=name in _CONTENT or (_is_method(node) and self._known(node.node).content))
            )
        return noted.join(self._known(node.node))

    def _joined(self, node: nodes.Node) -> _Known:
        known = _NOTHING
        for child in node.iter_child_nodes():
            known = known.join(self._known(child))
        return known

    def _written(self, branch: nodes.Node) -> str:
        """The text that a branch writes or keeps: not what is compared, nor what an error says."""
        if isinstance(branch, nodes.TemplateData):
            return f" {branch.data}"
        if isinstance(branch, nodes.Const):
            return f" {branch.value}" if isinstance(branch.value, str) else ""
        if isinstance(branch, nodes.Call):
            name = _named(branch.node)
            if name in _QUIET:
                return ""
            if name in self._macros:
                return self._macro(name) + "".join(self._written(each) for each in branch.args)
        if isinstance(branch, nodes.Compare | nodes.Test | nodes.Filter | nodes.Getitem):
            return (
                self._written(branch.node)
                if isinstance(branch, nodes.Filter) and branch.node is not None
                else ""
            )
        if isinstance(branch, nodes.If | nodes.CondExpr):
            _, parts = _parts(branch)
            return "".join(self._written(each) for each in parts)
        return "".join(self._written(each) for each in branch.iter_child_nodes())[:_KEPT]

    def _macro(self, name: str) -> str:
        """What a macro writes, gone through once; one that calls itself adds nothing to itself."""
        if name not in self._said:
            self._said[name] = ""
            self._said[name] = "".join(self._written(each) for each in self._macros[name].body)[:_KEPT]
        return self._said[name]


def _parts(node: nodes.Node) -> tuple[nodes.Node | None, list[nodes.Node]]:
    """The condition of a branching node, and what it leads to."""
    if isinstance(node, nodes.If):
        return node.test, [_output(node.body), *([_output(node.else_)] if node.else_ else [])]
    if isinstance(node, nodes.CondExpr):
        return node.test, [node.expr1, *([node.expr2] if node.expr2 is not None else [])]
    if isinstance(node, nodes.And | nodes.Or):
        return node.left, [node.right]
    if isinstance(node, nodes.For) and node.test is not None:
        return node.test, [_output(node.body)]
    return None, []


def _output(body: list[nodes.Node]) -> nodes.Node:
    return nodes.Scope(body)


def _comparisons(test: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a condition between ``and``, ``or`` and ``not``."""
    if isinstance(test, nodes.And | nodes.Or):
        yield from _comparisons(test.left)
        yield from _comparisons(test.right)
    elif isinstance(test, nodes.Not):
        yield from _comparisons(test.node)
    else:
        yield test


def _targets(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name
    elif isinstance(target, nodes.NSRef):
        yield f"{target.name}.{target.attr}"
    elif isinstance(target, nodes.Tuple):
        for each in target.items:
            yield from _targets(each)


def _named(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    return node.attr if isinstance(node, nodes.Getattr) else ""


def _text(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _is_method(node: nodes.Getattr | nodes.Getitem) -> bool:
    """Whether it is something a text can do: ``content.lower``, ``content.startswith``."""
    return isinstance(node, nodes.Getattr) and hasattr(str, node.attr)
