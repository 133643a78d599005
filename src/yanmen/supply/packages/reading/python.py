"""Python, read as the small language."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from yanmen.supply.packages.reading import python_folding as folding
from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.effects import Api, Shape
from yanmen.supply.packages.reading.python_calls import SPECIALS
from yanmen.supply.packages.reading.python_library import APIS, BUILTINS, CONSTANTS, SHAPES

MAIN = "\x00main"
"""The name of what runs only where a module is started by itself."""
_DEEPEST = 400
"""Levels of nesting that are read."""


class Python:
    """The dialect of Python."""

    name = "python"
    self_is_first = True
    functions = folding.FUNCTIONS
    shapes: dict[str, Shape] = SHAPES
    apis: dict[str, Api] = APIS
    specials = SPECIALS
    constants = CONSTANTS

    @staticmethod
    def parse(text: str) -> list[s.Node]:
        """Statements. Raises ValueError where the text is no Python of today."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
            return _Lowering().body(tree.body)
        except (SyntaxError, RecursionError, MemoryError, UnicodeError, OverflowError) as error:
            raise ValueError(f"{type(error).__name__} at line {getattr(error, 'lineno', 0) or 0}") from error

    @staticmethod
    def builtin(name: str) -> str:
        """Built-in functions are known by their own names."""
        return name if name in BUILTINS or name == "\x00enter" else ""

    method = staticmethod(folding.method)
    operate = staticmethod(folding.operate)


class _Lowering:
    def __init__(self) -> None:
        self._depth = 0

    def body(self, nodes: list[ast.stmt]) -> list[s.Node]:
        return [found for node in nodes for found in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[s.Node]:
        handler = self._STATEMENTS.get(type(node))
        return handler(self, node) if handler else []

    def read(self, node: ast.expr | None) -> s.Node:
        if node is None:
            return s.Const(0, None)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RecursionError("nested too deeply")
        try:
            handler = self._EXPRESSIONS.get(type(node))
            if handler is not None:
                return handler(self, node)
            return s.Either(
                node.lineno,
                [self.read(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)],
            )
        finally:
            self._depth -= 1

    # Statements.

    def _assign(self, node: ast.Assign) -> list[s.Node]:
        value = self.read(node.value)
        if len(node.targets) == 1:
            return [s.Put(node.lineno, self.read(node.targets[0]), value)]
        first = self.read(node.targets[0])
        return [
            s.Put(node.lineno, first, value),
            *(s.Put(node.lineno, self.read(target), first) for target in node.targets[1:]),
        ]

    def _annotated(self, node: ast.AnnAssign) -> list[s.Node]:
        return [s.Put(node.lineno, self.read(node.target), self.read(node.value))] if node.value else []

    def _augmented(self, node: ast.AugAssign) -> list[s.Node]:
        return [
            s.Put(node.lineno, self.read(node.target), self.read(node.value), _OPS.get(type(node.op), "?"))
        ]

    def _if(self, node: ast.If) -> list[s.Node]:
        if _is_main(node.test):
            return [s.Func(node.lineno, MAIN, [], self.body(node.body), bound=True), *self.body(node.orelse)]
        return [s.If(node.lineno, self.read(node.test), self.body(node.body), self.body(node.orelse))]

    def _for(self, node: ast.For | ast.AsyncFor) -> list[s.Node]:
        loop = s.Loop(node.lineno, self.read(node.target), self.read(node.iter), None, self.body(node.body))
        return [loop, *self.body(node.orelse)]

    def _while(self, node: ast.While) -> list[s.Node]:
        loop = s.Loop(node.lineno, None, None, self.read(node.test), self.body(node.body))
        return [loop, *self.body(node.orelse)]

    def _try(self, node: ast.Try | ast.TryStar) -> list[s.Node]:
        found = self.body(node.body)
        for handler in node.handlers:
            found.append(
                s.If(handler.lineno, s.Name(handler.lineno, "\x00caught"), self.body(handler.body), [])
            )
        return [*found, *self.body(node.orelse), *self.body(node.finalbody)]

    def _with(self, node: ast.With | ast.AsyncWith) -> list[s.Node]:
        found: list[s.Node] = []
        for item in node.items:
            value: s.Node = s.Call(
                node.lineno, s.Name(node.lineno, "\x00enter"), [self.read(item.context_expr)], {}
            )
            target = item.optional_vars
            found.append(s.Put(node.lineno, self.read(target), value) if target else value)
        return [*found, *self.body(node.body)]

    def _match(self, node: ast.Match) -> list[s.Node]:
        subject = self.read(node.subject)
        return [
            subject,
            *(
                s.If(node.lineno, s.Name(node.lineno, "\x00matched"), self.body(case.body), [])
                for case in node.cases
            ),
        ]

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[s.Node]:
        made = self._func(node.name, node.args, self.body(node.body), node.lineno)
        made.bound = True
        made.outer = frozenset(
            name for inner in node.body for found in ast.walk(inner)
            if isinstance(found, ast.Global | ast.Nonlocal) for name in found.names
        )  # fmt: skip
        decorators = [
            name for one in node.decorator_list if (name := _dotted(one)) in {"staticmethod", "classmethod"}
        ]
        if decorators == ["staticmethod"]:
            made.params.insert(0, s.Name(node.lineno, "\x00self"))
        return [*self._defaults(node.args), made, *self._decorated(node)]

    def _defaults(self, args: ast.arguments) -> list[s.Node]:
        """Defaults that call something do so when the function is made."""
        return [
            self.read(one) for one in (*args.defaults, *args.kw_defaults)
            if one is not None and any(isinstance(part, ast.Call) for part in ast.walk(one))
        ]  # fmt: skip

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[s.Node]:
        """Decorators are called; what they make of a function is taken for the function itself."""
        made: s.Node = s.Name(node.lineno, node.name)
        for one in reversed(node.decorator_list):
            if _dotted(one) in _READ:
                return [
                    s.Put(one.lineno, made, s.Call(one.lineno, s.Name(one.lineno, "property"), [made], {}))
                ]
            if _dotted(one) in _PLAIN:
                return []
            made = s.Call(one.lineno, self.read(one), [made], {})
        return [made] if node.decorator_list else []

    def _func(self, name: str, args: ast.arguments, body: list[s.Node], line: int) -> s.Func:
        plain = [*args.posonlyargs, *args.args]
        params: list[s.Node] = [s.Name(line, arg.arg) for arg in plain]
        defaults = {
            len(plain) - len(args.defaults) + place: self.read(value)
            for place, value in enumerate(args.defaults)
        }
        if args.vararg:
            params.append(s.Star(line, s.Name(line, args.vararg.arg)))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            if default is not None:
                defaults[len(params)] = self.read(default)
            params.append(s.Name(line, arg.arg))
        return s.Func(line, name, params, body, defaults=defaults)

    def _class(self, node: ast.ClassDef) -> list[s.Node]:
        made = s.Class(node.lineno, node.name, [self.read(base) for base in node.bases], self.body(node.body))
        maker = [
            s.Call(node.lineno, s.Attr(node.lineno, self.read(word.value), name), [], {})
            for word in node.keywords if word.arg == "metaclass" for name in ("__new__", "__init__")
        ]  # fmt: skip
        return [made, *maker, *self._decorated(node)]

    def _return(self, node: ast.Return) -> list[s.Node]:
        return [s.Ret(node.lineno, self.read(node.value) if node.value else None)]

    def _import(self, node: ast.Import) -> list[s.Node]:
        found: list[s.Node] = []
        for alias in node.names:
            top = alias.name.partition(".")[0]
            found.append(s.Import(node.lineno, alias.name if alias.asname else top, "", alias.asname or top))
            if "." in alias.name and not alias.asname:
                found.append(s.Import(node.lineno, alias.name, "", "\x00module"))
        return found

    def _from(self, node: ast.ImportFrom) -> list[s.Node]:
        module = "." * node.level + (node.module or "")
        return [s.Import(node.lineno, module, alias.name, alias.asname or alias.name) for alias in node.names]

    def _delete(self, node: ast.Delete) -> list[s.Node]:
        del node
        return []

    # Expressions.

    def _joined(self, node: ast.JoinedStr) -> s.Node:
        parts = [
            self.read(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
        ]
        return s.Joined(node.lineno, parts)

    def _subscript(self, node: ast.Subscript) -> s.Node:
        cut = node.slice
        if isinstance(cut, ast.Slice):
            parts = [self.read(part) if part else None for part in (cut.lower, cut.upper, cut.step)]
            return s.Item(node.lineno, self.read(node.value), s.Cut(node.lineno, *parts))
        return s.Item(node.lineno, self.read(node.value), self.read(cut))

    def _call(self, node: ast.Call) -> s.Node:
        words = {word.arg or "\x00words": self.read(word.value) for word in node.keywords}
        return s.Call(node.lineno, self.read(node.func), [self.read(arg) for arg in node.args], words)

    def _binary(self, node: ast.BinOp) -> s.Node:
        return s.Op(node.lineno, _OPS.get(type(node.op), "?"), self.read(node.left), self.read(node.right))

    def _compare(self, node: ast.Compare) -> s.Node:
        if len(node.ops) == 1:
            return s.Op(
                node.lineno, type(node.ops[0]).__name__, self.read(node.left), self.read(node.comparators[0])
            )
        return s.Op(node.lineno, "?", self.read(node.left), self.read(node.comparators[-1]))

    def _unary(self, node: ast.UnaryOp) -> s.Node:
        return s.Unary(
            node.lineno,
            {"USub": "-", "Invert": "~", "Not": "not"}.get(type(node.op).__name__, "+"),
            self.read(node.operand),
        )

    def _lambda(self, node: ast.Lambda) -> s.Node:
        return self._func("", node.args, [s.Ret(node.lineno, self.read(node.body))], node.lineno)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> s.Node:
        key = self.read(node.key) if isinstance(node, ast.DictComp) else None
        element = self.read(node.value if isinstance(node, ast.DictComp) else node.elt)
        flat = False
        for part in reversed(node.generators):
            tests = [self.read(test) for test in part.ifs]
            element = s.Each(
                node.lineno, self.read(part.target), self.read(part.iter), tests, element, flat, key
            )
            flat, key = True, None
        return element

    def _named(self, node: ast.NamedExpr) -> s.Node:
        return s.Put(node.lineno, self.read(node.target), self.read(node.value))

    def _choice(self, node: ast.IfExp) -> s.Node:
        return s.Either(node.lineno, [self.read(node.body), self.read(node.orelse)], self.read(node.test))

    _STATEMENTS: ClassVar[dict[type, Callable[[Any, Any], list[s.Node]]]] = {
        ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented,
        ast.If: _if, ast.For: _for, ast.AsyncFor: _for, ast.While: _while,
        ast.Try: _try, ast.TryStar: _try, ast.With: _with, ast.AsyncWith: _with,
        ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.ClassDef: _class,
        ast.Return: _return, ast.Import: _import, ast.ImportFrom: _from,
        ast.Match: _match, ast.Delete: _delete,
        ast.Expr: lambda self, node: [self.read(node.value)],
        ast.Assert: lambda self, node: [self.read(node.test)],
        ast.Raise: lambda self, node: [self.read(node.exc)] if node.exc else [],
        ast.Break: lambda _, node: [s.Leave(node.lineno, "break")],
        ast.Continue: lambda _, node: [s.Leave(node.lineno, "continue")],
    }  # fmt: skip
    _EXPRESSIONS: ClassVar[dict[type, Callable[[Any, Any], s.Node]]] = {
        ast.Constant: lambda _, node: s.Const(node.lineno, node.value),
        ast.Name: lambda _, node: s.Name(node.lineno, node.id),
        ast.Attribute: lambda self, node: s.Attr(node.lineno, self.read(node.value), node.attr),
        ast.Subscript: _subscript, ast.Call: _call, ast.BinOp: _binary,
        ast.Compare: _compare, ast.UnaryOp: _unary, ast.JoinedStr: _joined,
        ast.BoolOp: lambda self, node: s.Either(node.lineno, [self.read(one) for one in node.values]),
        ast.IfExp: _choice, ast.Lambda: _lambda, ast.NamedExpr: _named,
        ast.ListComp: _comprehension, ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension, ast.DictComp: _comprehension,
        ast.List: lambda self, node: s.Seq(node.lineno, [self.read(one) for one in node.elts]),
        ast.Tuple: lambda self, node: s.Seq(node.lineno, [self.read(one) for one in node.elts]),
        ast.Set: lambda self, node: s.Seq(node.lineno, [self.read(one) for one in node.elts]),
        ast.Dict: lambda self, node: s.Table(
            node.lineno,
            [(self.read(key) if key else None, self.read(value)) for key, value in zip(node.keys, node.values, strict=True)],
        ),
        ast.Starred: lambda self, node: s.Star(node.lineno, self.read(node.value)),
        ast.Await: lambda self, node: self.read(node.value),
        ast.Yield: lambda self, node: s.Give(node.lineno, self.read(node.value)),
        ast.YieldFrom: lambda self, node: self.read(node.value),
    }  # fmt: skip


_READ = frozenset({"property", "cached_property", "functools.cached_property"})
"""Decorators of methods that are run when they are read."""
_PLAIN = frozenset(
    {"staticmethod", "classmethod", "setter", "getter", "overload", "abstractmethod", "dataclass"}
)
"""Decorators that call nothing."""


def _is_main(test: ast.expr) -> bool:
    """``__name__ == "__main__"``, or that and more."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(_is_main, test.values))
    return isinstance(test, ast.Compare) and any(
        isinstance(one, ast.Name) and one.id == "__name__" for one in (test.left, *test.comparators)
    )


def _dotted(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


_OPS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Mod: "%", ast.Div: "/", ast.FloorDiv: "//", ast.BitXor: "^",
    ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>", ast.Pow: "**",
}  # fmt: skip
