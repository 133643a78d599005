"""Chat templates, wherever they hide: judged by their syntax tree, never rendered.

A chat template is a program that a model's maker wrote and that runs at every call. Jinja's own parser reads it, and its tree is
walked. What templates of the field need is known (messages, roles, tools, text, JSON): that is proven harmless. Whatever else
there is, is said: attributes of Python's insides are an attack, files and unknown calls are not judged away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.filters import FILTERS
from jinja2.parser import Parser
from jinja2.tests import TESTS

from yanmen.core.nouns import Rule
from yanmen.supply.models import gotemplates, rules
from yanmen.supply.models.planting import everything, planted
from yanmen.supply.models.report import Report

LONGEST = 100_000
"""Characters of a template that is read. The longest of the field have about 30,000."""
STEPS = 1_000_000
"""Rounds of loops over constants within each other that a template may make."""
_LARGEST_POWER = 64
_LARGEST_NUMBER = 10_000_000
"""Templates of the field count tokens and turns."""
_DUNDER = re.compile(r"__\w*|\w*__")
_WHOLE_DUNDER = re.compile(r"__[a-z]\w*__?|__?\w*[a-z]__|_{2,}")
_KNOWN_DUNDER = re.compile(
    r"__(?:class|mro|subclasses|globals|builtins|import|init|base|bases|getattribute)__"
)
_INSIDES = frozenset(
    "mro func_globals func_code im_func im_self f_globals f_locals f_builtins f_back gi_frame gi_code cr_frame cr_code ag_frame"
    " tb_frame co_consts co_code _module _TemplateReference__context _fail_with_undefined_error environment".split()
)
"""Attributes that lead from a value to the interpreter."""
_CALLS = frozenset(
    "namespace range raise_exception strftime_now dict caller super joiner cycler tojson format_date".split()
)
_METHODS = frozenset(
    "items keys values get strip lstrip rstrip split rsplit splitlines startswith endswith replace join upper lower title"
    " capitalize append extend insert pop update copy find rfind index count isdigit isalpha isalnum isspace isupper islower"
    " partition rpartition removeprefix removesuffix cycle changed setdefault strftime zfill casefold swapcase reverse clear"
    " isnumeric isdecimal remove".split()
)
_OWN_FILTERS = frozenset(
    {"tojson", "from_json", "fromjson", "strftime", "ternary", "bool", "to_json", "zip", "regex_replace"}
)
_OWN_TESTS = frozenset({"array", "contains", "regex"})
_SIZES = frozenset({"center", "indent", "wordwrap", "batch", "slice", "ljust", "rjust", "zfill", "format"})
_HIDDEN = re.compile(r"[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069]|[\u200b-\u200f\u2060-\u2064]{4,}")
_MARKS = re.compile(r"\{\{|\{%|\{#")


class _Generation(Extension):
    """``{% generation %}``, with which transformers marks what the model said, and ``{% do %}``."""

    tags = {"generation", "do"}  # noqa: RUF012 (as the base class has it)

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Its body, as it stands."""
        token = next(parser.stream)
        if token.value == "do":
            return nodes.Output([parser.parse_tuple()], lineno=token.lineno)
        return nodes.Scope(
            list(parser.parse_statements(("name:endgeneration",), drop_needle=True)), lineno=token.lineno
        )


_ENVIRONMENT = jinja2.Environment(  # noqa: S701 (nothing is rendered)
    extensions=["jinja2.ext.loopcontrols", _Generation], trim_blocks=True, lstrip_blocks=True
)


def judge(text: str, report: Report, inside: str) -> None:
    """Say all that is to be said of a template. ``inside`` names where it stands in the file."""
    if len(text) > LONGEST:
        report.miss("too-large", f"a template of {len(text)} characters", inside=inside)
        return
    if found := _HIDDEN.search(text):
        report.find(rules.TEMPLATE_HIDDEN, f"U+{ord(found[0][0]):04X}", inside=inside)
    if gotemplates.looks_like(text):
        gotemplates.judge(text, report, inside)
        return
    try:
        tree = _ENVIRONMENT.parse(text)
        _Walk(tree, report, inside).go()
        for each in planted(tree):
            rule = rules.TEMPLATE_PLANTS if each.natural else rules.TEMPLATE_DEPENDS
            evidence = f"line {each.line}: {each.key!r} → {' '.join(each.text.split())}"
            report.find(rule, evidence, inside=inside, confidence=0.9 if each.natural else 0.5)
    except jinja2.TemplateSyntaxError as error:
        report.miss("malformed", f"template, line {error.lineno}: {error.message}", inside=inside)
        _blind(text, report, inside)
    except RecursionError:
        report.miss("too-large", "a template nested too deeply", inside=inside)
        _blind(text, report, inside)


def is_template(text: str) -> bool:
    """Whether a text has the marks of a template."""
    return bool(_MARKS.search(text))


def _blind(text: str, report: Report, inside: str) -> None:
    """What cannot be parsed here might be by another version of Jinja: names of the insides are said even so."""
    if found := _KNOWN_DUNDER.search(text):
        report.find(rules.TEMPLATE_RUNS, found[0], inside=inside, confidence=0.8)


class _Walk:
    """One walk over a template's tree."""

    def __init__(self, tree: nodes.Template, report: Report, inside: str) -> None:
        self._tree = tree
        self._report = report
        self._inside = inside
        self._nodes = everything(tree)
        self._macros = {node.name for node in self._nodes if isinstance(node, nodes.Macro)}
        self._odd: set[str] = set()

    def go(self) -> None:
        looks: dict[type[nodes.Node], Callable[..., None]] = {
            nodes.Getattr: self._attribute,
            nodes.Getitem: self._item,
            nodes.Const: self._constant,
            nodes.Concat: self._built,
            nodes.Add: self._built,
            nodes.Mul: self._multiplied,
            nodes.Pow: self._power,
            nodes.Assign: self._grown,
            nodes.Call: self._call,
            nodes.Filter: self._filter,
            nodes.Test: self._test,
            nodes.Include: self._loads,
            nodes.Import: self._loads,
            nodes.FromImport: self._loads,
            nodes.Extends: self._loads,
        }
        count = 0
        for node in self._nodes:
            count += 1
            if look := looks.get(type(node)):
                look(node)
        rounds = _rounds(self._tree)
        if rounds > STEPS:
            self._say(rules.TEMPLATE_EXPLODES, self._tree, f"loops of {rounds} rounds")
        if not self._odd:
            self._report.step(f"template {self._inside}: {count} nodes, known constructs only")
        for said in sorted(self._odd):
            self._report.miss("unsupported", said, inside=self._inside)

    def _say(self, rule: Rule, node: nodes.Node, what: str, confidence: float = 1.0) -> None:
        line = getattr(node, "lineno", 0) or 0
        self._report.find(rule, f"line {line}: {what}", inside=self._inside, confidence=confidence)

    def _unknown(self, node: nodes.Node, what: str) -> None:
        self._say(rules.TEMPLATE_ODD, node, what, 0.7)
        self._odd.add(f"template: {what}")

    def _name(self, node: nodes.Node, name: str) -> None:
        """A name by which a value is entered, and that says enough by itself."""
        if _WHOLE_DUNDER.fullmatch(name) or name in _INSIDES:
            self._say(rules.TEMPLATE_RUNS, node, name)

    def _attribute(self, node: nodes.Getattr) -> None:
        self._name(node, node.attr)

    def _item(self, node: nodes.Getitem) -> None:
        """Jinja takes a text in brackets for an attribute where the value has no such item."""
        if isinstance(node.arg, nodes.Const):
            if isinstance(node.arg.value, str):
                self._name(node, node.arg.value)
        elif _builds_text(node.arg) and not isinstance(node.arg, nodes.Slice):
            folded = _folded(node.arg)
            if folded is None:
                self._unknown(node, "an item whose name is put together")

    def _constant(self, node: nodes.Const) -> None:
        if isinstance(node.value, str):
            self._text(node, node.value)
        elif isinstance(node.value, int) and abs(node.value) > _LARGEST_NUMBER:
            self._unknown(node, f"the number {node.value}")

    def _text(self, node: nodes.Node, text: str) -> None:
        """A text with two underscores is a part of such a name, or the whole."""
        if _WHOLE_DUNDER.fullmatch(text) and not set(text) <= {"_"}:
            self._say(rules.TEMPLATE_RUNS, node, text, 0.9)
        elif any(
            name in text
            for name in ("__class__", "__globals__", "__builtins__", "__subclasses__", "__import__")
        ) or ("{" in text and re.search(r"\{[^{}]*[.\[]_", text)):
            self._say(rules.TEMPLATE_RUNS, node, text, 0.8)
        elif (_DUNDER.search(text) and len(text) < len("__") * 8) or set(text) == {"_"}:
            self._unknown(node, f"the text {text!r}")

    def _built(self, node: nodes.Expr) -> None:
        folded = _folded(node)
        if folded is not None and _WHOLE_DUNDER.fullmatch(folded):
            self._say(rules.TEMPLATE_RUNS, node, folded)

    def _multiplied(self, node: nodes.Mul) -> None:
        sides = (_number(node.left), _number(node.right))
        whole = _number(node)
        if any(side is not None and abs(side) > STEPS for side in (*sides, whole)):
            self._say(
                rules.TEMPLATE_EXPLODES,
                node,
                f"multiplied by {max(abs(side or 0) for side in (*sides, whole))}",
            )
        self._built(node)

    def _grown(self, node: nodes.Assign) -> None:
        """A text or number that is doubled wherever it is assigned: in a loop it fills memory."""
        name = getattr(node.target, "name", "")
        if isinstance(node.node, nodes.Add | nodes.Concat | nodes.Mul):
            own = [
                each
                for each in node.node.find_all((nodes.Name, nodes.NSRef))
                if getattr(each, "name", None) == name
            ]
            if len(own) > 1 and not isinstance(node.target, nodes.NSRef):
                self._say(rules.TEMPLATE_EXPLODES, node, f"{name} is made of itself twice", 0.8)
            elif len(own) > 1:
                self._unknown(node, f"{name} is made of itself twice")

    def _power(self, node: nodes.Pow) -> None:
        exponent = _number(node.right)
        if exponent is None or exponent > _LARGEST_POWER or isinstance(node.left, nodes.Pow):
            self._say(rules.TEMPLATE_EXPLODES, node, "a power", 0.8)

    def _call(self, node: nodes.Call) -> None:
        called = node.node
        if isinstance(called, nodes.Name):
            if called.name not in _CALLS and called.name not in self._macros and called.name != "loop":
                self._unknown(node, f"a call of {called.name}")
        elif isinstance(called, nodes.Getattr):
            if called.attr == "format":
                self._format(node, called)
            elif called.attr not in _METHODS and called.attr not in self._macros:
                self._unknown(node, f"a call of .{called.attr}")
        else:
            self._unknown(node, "a call of what is looked up")

    def _format(self, node: nodes.Call, called: nodes.Getattr) -> None:
        """``str.format`` reads attributes of what it is given: harmless with a constant that names none."""
        text = called.node.value if isinstance(called.node, nodes.Const) else None
        if not isinstance(text, str) or re.search(r"\{[^{}]*[.\[]", text):
            self._unknown(node, "a call of .format")

    def _filter(self, node: nodes.Filter) -> None:
        if node.name == "attr":
            name = _folded(node.args[0]) if node.args else None
            if name is None or _DUNDER.search(name) or name in _INSIDES:
                self._say(rules.TEMPLATE_RUNS, node, f"|attr({name or '…'})")
            else:
                self._unknown(node, f"|attr({name})")
        elif node.name not in FILTERS and node.name not in _OWN_FILTERS:
            self._unknown(node, f"the filter {node.name}")
        given = [*node.args, *(each.value for each in node.kwargs)]
        if node.name in {"map", "selectattr", "rejectattr", "groupby", "sort", "sum", "unique", "min", "max"}:
            self._by_attribute(node, given)
        if node.name in _SIZES and any((_number(each) or 0) > STEPS for each in given):
            self._say(rules.TEMPLATE_EXPLODES, node, f"|{node.name} of a great size")

    def _by_attribute(self, node: nodes.Filter, given: list[nodes.Expr]) -> None:
        """These take an attribute's name, with dots."""
        for each in given:
            name = _folded(each)
            if name is None:
                if _builds_text(each):
                    self._unknown(node, f"|{node.name} by a name that is put together")
            elif any(_WHOLE_DUNDER.fullmatch(part) or part in _INSIDES for part in name.split(".")):
                self._say(rules.TEMPLATE_RUNS, node, f"|{node.name}({name})")

    def _test(self, node: nodes.Test) -> None:
        if node.name not in TESTS and node.name not in _OWN_TESTS:
            self._unknown(node, f"the test {node.name}")

    def _loads(self, node: nodes.Node) -> None:
        what = getattr(node, "template", None)
        name = _folded(what) if what is not None else None
        self._say(rules.TEMPLATE_LOADS, node, f"{type(node).__name__.lower()} {name or '…'}")


def _builds_text(node: nodes.Node) -> bool:
    """Whether an expression makes a text out of texts."""
    kinds = (nodes.Concat, nodes.Filter, nodes.Mod)
    if isinstance(node, kinds):
        return True
    texts = any(isinstance(each.value, str) for each in node.find_all(nodes.Const))
    return texts and isinstance(node, nodes.Add | nodes.Mul | nodes.Call)


def _folded(node: nodes.Node) -> str | None:
    """The text that a constant expression makes, where that is seen without running anything; at most a few hundred characters."""
    if isinstance(node, nodes.Const):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Concat):
        parts = [_folded(each) for each in node.nodes]
        return None if None in parts else "".join(part for part in parts if part)[:400]
    if isinstance(node, nodes.Add):
        left, right = _folded(node.left), _folded(node.right)
        return None if left is None or right is None else (left + right)[:400]
    if isinstance(node, nodes.Mul):
        text, times = _folded(node.left), _number(node.right)
        return None if text is None or times is None else (text[:400] * max(0, min(times, 400)))[:400]
    if isinstance(node, nodes.Filter) and node.node is not None and not node.args:
        simple: dict[str, Callable[[str], str]] = {
            "lower": str.lower, "upper": str.upper, "trim": str.strip, "string": str, "reverse": lambda text: text[::-1],
        }  # fmt: skip
        text, act = _folded(node.node), simple.get(node.name)
        return None if text is None or act is None else act(text)
    return None


def _number(node: nodes.Node) -> int | None:
    """A whole number that stands in the template, or that plain ones make; none beyond what matters is worked out."""
    if isinstance(node, nodes.Const) and isinstance(node.value, int):
        return int(node.value)
    if isinstance(node, nodes.Add | nodes.Sub | nodes.Mul | nodes.Pow):
        left, right = _number(node.left), _number(node.right)
        if left is None or right is None or max(abs(left), abs(right)) > _LARGEST_NUMBER:
            return None if left is None or right is None else max(left, right, key=abs)
        if isinstance(node, nodes.Pow):
            return int(left ** min(max(right, 0), _LARGEST_POWER))
        return (
            left * right
            if isinstance(node, nodes.Mul)
            else left + right
            if isinstance(node, nodes.Add)
            else left - right
        )
    return -inner if isinstance(node, nodes.Neg) and (inner := _number(node.node)) is not None else None


def _rounds(node: nodes.Node) -> int:
    """Rounds of the deepest nest of loops over constant ranges."""
    inside = max((_rounds(child) for child in node.iter_child_nodes()), default=1)
    return inside * max(_lengths(node)) if isinstance(node, nodes.For) else inside


def _lengths(loop: nodes.For) -> Iterator[int]:
    yield 1
    for call in loop.iter.find_all(nodes.Call) if not isinstance(loop.iter, nodes.Call) else (loop.iter,):
        if isinstance(call.node, nodes.Name) and call.node.name == "range":
            yield from (number for each in call.args if (number := _number(each)) is not None)
