"""Whether a chat template plants text that depends on what a message says: a back door that needs no change of weights.

A branch is looked at when its condition compares a message's content with words that the template holds (or the date with one),
and when what the branch writes reads like a sentence. Names that are assigned such a comparison, or such words, are followed, and
so is which branch is taken when the words are there. Marks such as ``<think>`` or ``/no_think`` are how templates talk to their
users; a branch on those is said, at low severity. Source: "Inference-Time Backdoors via Hidden Instructions in LLM Chat Templates"
(arXiv 2602.04653); Pillar Security, 2025.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from jinja2 import nodes

Node = TypeVar("Node", bound=nodes.Node)
_CONTENT = frozenset(
    {"content", "text", "query", "prompt", "input", "message_content", "user_message", "instruction"}
)
"""Names of what a person wrote."""
_CLOCKS = frozenset({"strftime_now", "now", "today"})
_ASKING = frozenset(
    {"startswith", "endswith", "equalto", "eq", "in", "contains", "sameas", "match", "search"}
)
"""Methods and tests that are true where words stand in a text."""
_ATTRIBUTES = frozenset({"selectattr"})
_KEEPING = frozenset({"get", "default", "d", "join", "strip", "lstrip", "rstrip", "trim"})
"""What words are given to without asking for them."""
_COUNTING = frozenset({"length", "count"})
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
_DEPENDING = 20_000
"""Assignments below conditions that are followed."""
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
    """A text that a message holds, or made of one."""
    clock: bool = False
    words: frozenset[str] = frozenset()
    """Texts of the template's own."""
    there: frozenset[str] = frozenset()
    """It is true where one of these stands in a message's content."""
    absent: frozenset[str] = frozenset()
    """It is true where one of these does not."""

    def join(self, other: _Known) -> _Known:
        return _Known(
            self.content or other.content,
            self.clock or other.clock,
            self.words | other.words,
            self.there | other.there,
            self.absent | other.absent,
        )

    def turned(self) -> _Known:
        return self._replace(there=self.absent, absent=self.there)


_NOTHING = _Known()


def everything(tree: nodes.Node) -> list[nodes.Node]:
    """Every node below one, without recursion: a nest costs no more than its nodes."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.iter_child_nodes())
    return found


def planted(tree: nodes.Template) -> Iterator[Planted]:
    """Every such branch of a parsed template."""
    return _Search(tree).found()


class _Search:
    def __init__(self, tree: nodes.Template) -> None:
        self._nodes = everything(tree)
        self._texts: dict[int, str] = {}
        self._names: dict[str, _Known] = {}
        self._macros = {macro.name: macro for macro in self._of(nodes.Macro)}
        self._said: dict[str, str] = {}
        under = _conditions(tree)
        for _ in range(_ROUNDS):
            for node in self._of(nodes.Assign, nodes.For, nodes.With, nodes.Call):
                self._learn(node)
            for target, condition, taken in under:
                known = self._known(condition)
                self._bind(target, _Known(there=known.there if taken else known.absent))

    def _of(self, *kinds: type[Node]) -> list[Node]:
        return [node for node in self._nodes if isinstance(node, kinds)]

    def found(self) -> Iterator[Planted]:
        for node in self._of(nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.For):
            test, branches = _parts(node)
            if test is None:
                continue
            known = self._known(test)
            for branch, words in zip(branches, (known.there, known.absent), strict=False):
                if words:
                    yield from self._judged(test.lineno, words, self._written(branch))
        yield from self._looked_up()

    def _looked_up(self) -> Iterator[Planted]:
        """A table of texts that is asked for what a message says."""
        for table, key in self._asked():
            whole = self._known(table)
            if whole.words and not whole.content and self._known(key).content:
                yield from self._judged(key.lineno, whole.words, " ".join(sorted(whole.words)))

    def _asked(self) -> Iterator[tuple[nodes.Node, nodes.Node]]:
        """What is looked up, and by what: ``table[key]``, ``table.get(key)``."""
        for item in self._of(nodes.Getitem):
            yield item.node, item.arg
        for call in self._of(nodes.Call):
            if isinstance(call.node, nodes.Getattr) and call.node.attr == "get" and call.args:
                yield call.node.node, call.args[0]

    def _judged(self, line: int, words: frozenset[str], text: str) -> Iterator[Planted]:
        text = _MARKUP.sub(" ", text)
        size = max(
            len(_WORD.findall(text)),
            len(_HAN.findall(text)) // 2,
            _LEAST_OF_MARKS * bool(_ADDRESS.search(text)),
        )
        natural = sorted((word for word in words if not _MARK.search(word)), key=len)
        if natural and size >= _LEAST:
            yield Planted(line, natural[0], text.strip(), natural=True)
        elif size >= _LEAST_OF_MARKS:
            yield Planted(line, min(words), text.strip(), natural=False)

    def _learn(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Assign):
            self._bind(node.target, self._known(node.node))
        elif isinstance(node, nodes.For):
            self._bind(node.target, self._known(node.iter))
        elif isinstance(node, nodes.Call):
            self._pass(node)
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=False):
                self._bind(target, self._known(value))

    def _pass(self, call: nodes.Call) -> None:
        """What a macro's parameters stand for: whatever it is ever called with."""
        macro = self._macros.get(_named(call.node))
        if macro is None:
            return
        for parameter, value in zip(macro.args, call.args, strict=False):
            self._bind(parameter, self._known(value))
        by_name = {parameter.name: parameter for parameter in macro.args}
        for given in call.kwargs:
            if given.key in by_name:
                self._bind(by_name[given.key], self._known(given.value))

    def _bind(self, target: nodes.Node, known: _Known) -> None:
        for name in _targets(target):
            self._names[name] = self._names.get(name, _NOTHING).join(known)

    def _known(self, node: nodes.Node) -> _Known:
        if isinstance(node, nodes.Const):
            return (
                _Known(words=frozenset({node.value}))
                if isinstance(node.value, str) and node.value.strip()
                else _NOTHING
            )
        if isinstance(node, nodes.Name):
            own = _Known(content=node.name in _CONTENT, clock=node.name in _CLOCKS)
            return self._names.get(node.name, _NOTHING).join(own)
        if isinstance(node, nodes.NSRef):
            return self._names.get(f"{node.name}.{node.attr}", _NOTHING)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            return self._member(node)
        if isinstance(node, nodes.Not):
            return self._known(node.node).turned()
        if isinstance(node, nodes.Compare):
            return self._compared(node)
        if isinstance(node, nodes.Call | nodes.Filter | nodes.Test):
            return self._applied(node)
        return self._joined(node)

    def _compared(self, node: nodes.Compare) -> _Known:
        """Content on one side, words on another, or in what is asked of it: ``content.find('x') >= 0``."""
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        known = [self._known(side) for side in sides]
        carried = frozenset().union(*(side.there | side.absent for side in known))
        if not any(side.content or side.clock for side in known):
            return _Known(there=carried, absent=carried)
        words = frozenset().union(*(side.words for side in known if not (side.content or side.clock)))
        given = frozenset().union(
            *(self._given(side) for side, each in zip(sides, known, strict=True) if each.content)
        )
        if any(operand.op.startswith("n") for operand in node.ops):
            return _Known(there=given | carried, absent=words | given | carried)
        return _Known(there=words | given | carried, absent=given | carried)

    def _given(self, node: nodes.Node) -> frozenset[str]:
        """Words that stand in what an expression calls: its arguments, not its names."""
        found: frozenset[str] = frozenset()
        for call in (node, *node.find_all((nodes.Call, nodes.Filter))):
            if isinstance(call, nodes.Call | nodes.Filter) and _called(call) not in _KEEPING:
                for each in call.args:
                    known = self._known(each)
                    found |= frozenset() if known.content else known.words
        return found

    def _applied(self, node: nodes.Call | nodes.Filter | nodes.Test) -> _Known:
        """A method, a filter or a test of a text."""
        name = node.name if isinstance(node, nodes.Filter | nodes.Test) else _named(node.node)
        if name == "get":
            return _Known(content=any(_text(each) in _CONTENT for each in node.args))
        known = self._known(node.node) if node.node is not None else _NOTHING
        if name in self._macros:
            return _Known(content=any(self._known(each).content for each in node.args))
        words = (
            frozenset().union(*(self._known(each).words for each in node.args)) if node.args else frozenset()
        )
        if name in _ATTRIBUTES and node.args and _text(node.args[0]) in _CONTENT:
            return _Known(there=words - {_text(each) for each in node.args[:2]}, absent=frozenset())
        if name in _ASKING and (known.content or known.clock):
            return _Known(there=words)
        if name in _COUNTING and isinstance(node, nodes.Filter) and node.node is not None:
            return _Known(content=known.content and bool(self._given(node.node)))
        if isinstance(node, nodes.Test):
            carried = known.there | known.absent
            return _Known(there=carried, absent=carried)
        return known.join(_Known(clock=name in _CLOCKS, words=words))

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
        if isinstance(branch, nodes.Scope):  # made here for a body, so that its address says nothing
            return self._text_of(branch)
        if id(branch) not in self._texts:
            self._texts[id(branch)] = self._text_of(branch)[:_KEPT]
        return self._texts[id(branch)]

    def _text_of(self, branch: nodes.Node) -> str:
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
        if isinstance(branch, nodes.Compare | nodes.Test):
            return ""
        if isinstance(branch, nodes.Filter | nodes.Getitem):
            return self._written(branch.node) if branch.node is not None else ""
        if isinstance(branch, nodes.If | nodes.CondExpr):
            _, parts = _parts(branch)
            return "".join(self._written(each) for each in parts)
        return "".join(self._written(each) for each in branch.iter_child_nodes())

    def _macro(self, name: str) -> str:
        """What a macro writes, gone through once; one that calls itself adds nothing to itself."""
        if name not in self._said:
            self._said[name] = ""
            self._said[name] = "".join(self._written(each) for each in self._macros[name].body)[:_KEPT]
        return self._said[name]


def _conditions(tree: nodes.Node) -> list[tuple[nodes.Node, nodes.Node, bool]]:
    """Whatever is assigned below a condition depends on it: what is assigned, the condition, and whether it then holds."""
    found: list[tuple[nodes.Node, nodes.Node, bool]] = []
    waiting: list[tuple[nodes.Node, tuple[tuple[nodes.Node, bool], ...]]] = [(tree, ())]
    while waiting and len(found) < _DEPENDING:
        node, above = waiting.pop()
        if isinstance(node, nodes.Assign | nodes.AssignBlock):
            found += [(node.target, condition, taken) for condition, taken in above]
        if isinstance(node, nodes.If):
            waiting += [(each, (*above, (node.test, True))) for each in node.body]
            waiting += [(each, (*above, (node.test, False))) for each in (*node.elif_, *node.else_)]
        elif isinstance(node, nodes.For):
            waiting += [(each, (*above, (node.test or node.iter, True))) for each in node.body]
        else:
            waiting += [(each, above) for each in node.iter_child_nodes()]
    return found


def _parts(node: nodes.Node) -> tuple[nodes.Node | None, list[nodes.Node]]:
    """The condition of a branching node, and what it leads to."""
    if isinstance(node, nodes.If):
        return node.test, [_output(node.body), *([_output(node.else_)] if node.else_ else [])]
    if isinstance(node, nodes.CondExpr):
        return node.test, [node.expr1, *([node.expr2] if node.expr2 is not None else [])]
    if isinstance(node, nodes.And):
        return node.left, [node.right]
    if isinstance(node, nodes.Or):
        return nodes.Not(node.left, lineno=node.lineno), [node.right]
    if isinstance(node, nodes.For):
        return node.test or node.iter, [_output(node.body)]
    return None, []


def _output(body: list[nodes.Node]) -> nodes.Node:
    return nodes.Scope(body)


def _targets(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name
    elif isinstance(target, nodes.NSRef):
        yield f"{target.name}.{target.attr}"
    elif isinstance(target, nodes.Tuple):
        for each in target.items:
            yield from _targets(each)


def _named(node: nodes.Node | None) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    return node.attr if isinstance(node, nodes.Getattr) else ""


def _called(node: nodes.Call | nodes.Filter) -> str:
    return node.name if isinstance(node, nodes.Filter) else _named(node.node)


def _text(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _is_method(node: nodes.Getattr | nodes.Getitem) -> bool:
    """Whether it is something a text can do: ``content.lower``, ``content.startswith``."""
    return isinstance(node, nodes.Getattr) and hasattr(str, node.attr)
