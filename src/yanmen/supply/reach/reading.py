"""Reads one Python source: an iterative walk over its syntax tree, so that no nesting is too deep. Nothing of it is run."""

from __future__ import annotations

import ast
import gc
import warnings
from collections.abc import Iterator

from yanmen.supply.reach.calls import dynamics
from yanmen.supply.reach.facts import MODULE, Dynamic, Facts, Import, Scope, Use
from yanmen.supply.reach.values import Bindings, called, dotted

LARGEST = 8 << 20
"""Bytes of one source."""
_LONGEST = 80
"""Characters of a string that may be an identifier somebody asks for by ``getattr``."""
_BARE = frozenset({"object", "ABC", "Generic", "Protocol"})
"""Base classes that call no method of theirs."""
_CATCHES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IDLE = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


def parsed(data: bytes) -> ast.Module | str:
    """Its tree, or the stable word for why there is none."""
    if len(data) > LARGEST:
        return "too-large"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, LookupError):
        return "malformed"
    except (RecursionError, MemoryError):
        return "too-large"


def read(data: bytes) -> Facts:
    """What a source says."""
    collects = gc.isenabled()
    gc.disable()  # a tree has no cycles, and so many nodes that looking for some takes a third of the time
    try:
        tree = parsed(data)
        if isinstance(tree, str):
            return Facts(broken=tree)
        reader = Reader()
        reader.walk(tree)
        return reader.facts()
    finally:
        if collects:
            gc.enable()


class Reader:
    """One walk. The stack holds a node, its scope, whether its failing is caught, and the class it stands in."""

    def __init__(self) -> None:
        """Of an empty module."""
        self.bindings = Bindings()
        self.calls: list[tuple[ast.Call, int]] = []
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.methods: set[int] = set()
        self.imports: list[Import] = []
        self._scopes: list[tuple[str, int, int, bool]] = [("", 0, 0, True)]
        self._mentions: list[dict[str, None]] = [{}]
        self._uses: dict[tuple[str, int], int] = {}
        self._main = False
        self._bound: set[int] = set()
        self._stack: list[tuple[ast.AST, int, bool, ast.ClassDef | None]] = []
        self._steps = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Constant: self._constant,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Call: self._call,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Assign: self._assign,
            ast.AnnAssign: self._assign,
            ast.AugAssign: self._assign,
            ast.NamedExpr: self._assign,
            ast.For: self._loop,
            ast.AsyncFor: self._loop,
            ast.comprehension: self._loop,
            ast.If: self._if,
            ast.Try: self._try,
            ast.JoinedStr: self._joined,
            ast.ExceptHandler: self._taken,
            ast.MatchAs: self._taken,
            ast.MatchStar: self._taken,
            ast.Global: self._global,
        }

    def walk(self, tree: ast.Module) -> None:
        """Every node once, in any order: what is found is sorted by line at the end."""
        stack = self._stack
        stack.append((tree, MODULE, False, None))
        steps = self._steps
        while stack:
            node, scope, tried, inside = stack.pop()
            step = steps.get(type(node))
            if step is None or step(node, scope, tried, inside):  # type: ignore[operator]  # each takes the kind it is filed under
                self._below(node, scope, tried, inside)

    def facts(self) -> Facts:
        """What was found."""
        self.bindings.close()
        bound = {name for one in self.imports for name in one.bound}
        starred = "*" in bound
        uses = [
            Use(dotted, line, scope)
            for (dotted, scope), line in self._uses.items()
            if (root := dotted.partition(".")[0]) in bound
            or (starred and not self.bindings.look(scope, root)[1])
        ]
        scopes = tuple(
            Scope(name, line, parent, free, tuple(mentions))
            for (name, line, parent, free), mentions in zip(self._scopes, self._mentions, strict=True)
        )
        return Facts(
            imports=tuple(sorted(self.imports, key=lambda one: one.line)),
            dynamics=tuple(self.dynamics()),
            scopes=scopes,
            uses=tuple(sorted(uses, key=lambda one: (one.line, one.dotted))),
            main=self._main,
        )

    def dynamics(self) -> Iterator[Dynamic]:
        """What is imported by names that are made at run time."""
        self.bindings.close()
        lazy = any(
            function.name == "__getattr__" and self._scopes[scope][2] == MODULE and scope not in self.methods
            for scope, function in self.functions.items()
        )
        names = {scope: (function.name, scope in self.methods) for scope, function in self.functions.items()}
        yield from dynamics(self.calls, self.bindings, names, lazy=lazy)

    def _below(self, node: ast.AST, scope: int, tried: bool, inside: ast.ClassDef | None) -> None:
        push = self._stack.append
        for name in node._fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for each in value:
                    if isinstance(each, ast.AST):
                        push((each, scope, tried, inside))
            elif isinstance(value, ast.AST) and not isinstance(value, _IDLE):
                push((value, scope, tried, inside))

    def _name(self, node: ast.Name, scope: int, _tried: bool, _inside: object) -> bool:
        if isinstance(node.ctx, ast.Load):
            self._mentions[scope][node.id] = None
            self._uses.setdefault((node.id, scope), node.lineno)
        elif id(node) not in self._bound:
            self.bindings.bind(scope, node.id, None)
        return False

    def _taken(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: int, *_: object) -> bool:
        if node.name is not None:
            self.bindings.bind(scope, node.name, None)
        return True

    def _global(self, node: ast.Global, scope: int, *_: object) -> bool:
        for name in node.names:
            self.bindings.declare(scope, name)
        return False

    def _attribute(self, node: ast.Attribute, scope: int, tried: bool, inside: ast.ClassDef | None) -> bool:
        mentions = self._mentions[scope]
        names = []
        below: ast.expr = node
        while isinstance(below, ast.Attribute):
            names.append(below.attr)
            mentions[below.attr] = None
            below = below.value
        if isinstance(below, ast.Name):
            mentions[below.id] = None
            self._uses.setdefault((".".join((below.id, *reversed(names))), scope), node.lineno)
        else:
            self._stack.append((below, scope, tried, inside))
        return False

    def _constant(self, node: ast.Constant, scope: int, _tried: bool, _inside: object) -> bool:
        value = node.value
        if isinstance(value, str) and len(value) <= _LONGEST and value.isidentifier():
            self._mentions[scope][value] = None
        return False

    def _import(self, node: ast.Import | ast.ImportFrom, scope: int, tried: bool, _inside: object) -> bool:
        mentions = self._mentions[scope]
        if isinstance(node, ast.Import):
            for one in node.names:
                bound = one.asname or one.name.partition(".")[0]
                self.imports.append(Import(one.name, 0, (), (bound,), node.lineno, scope, tried))
            return False
        names = tuple(one.name for one in node.names)
        mentions.update((one.name, None) for one in node.names if one.asname)
        as_bound = tuple(one.asname or one.name for one in node.names)
        self.imports.append(Import(node.module or "", node.level, names, as_bound, node.lineno, scope, tried))
        return False

    def _call(self, node: ast.Call, scope: int, _tried: bool, _inside: object) -> bool:
        self.calls.append((node, scope))
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="append" | "add"), args=[one]):
                self.bindings.change(scope, table, ast.List(elts=[one]))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=table), attr="extend" | "update"), args=[several]
            ):
                self.bindings.change(scope, table, several)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=table), attr="insert" | "setdefault"), args=[key, one]
            ):
                self.bindings.change(scope, table, ast.Dict(keys=[key], values=[one]))
            case ast.Call(func=ast.Name(id="getattr"), args=[whole, ast.Constant(value=str(name)), *_]):
                self._uses.setdefault((f"{dotted(whole)}.{name}", scope), node.lineno)
            case _:
                pass
        return True

    def _joined(self, node: ast.JoinedStr, scope: int, _tried: bool, _inside: object) -> bool:
        first = node.values[0] if node.values else None
        begun = first.value if isinstance(first, ast.Constant) else None
        if isinstance(begun, str) and begun.endswith("_") and begun.isidentifier():
            self._mentions[scope][f"{begun}*"] = None
        return True

    def _function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        scope: int,
        tried: bool,
        inside: ast.ClassDef | None,
    ) -> bool:
        own = len(self._scopes)
        special = node.name.startswith("__") and node.name.endswith("__")
        based = inside is not None and (
            bool(inside.keywords) or any(called(one) not in _BARE for one in inside.bases)
        )
        free = bool(node.decorator_list) or special or based or node.name.startswith("test")
        self._scopes.append((node.name, node.lineno, scope, free))
        self._mentions.append({})
        self.bindings.parents[own] = scope
        self.functions[own] = node
        given = [*node.args.posonlyargs, *node.args.args]
        skipped = 1 if inside is not None and not _is_static(node) else 0
        if inside is not None:
            self.methods.add(own)
        last = [*given[len(given) - len(node.args.defaults) :], *node.args.kwonlyargs]
        for one, default in zip(last, [*node.args.defaults, *node.args.kw_defaults], strict=True):
            if default is not None:
                self.bindings.defaults[own, one.arg] = default
        places = {one.arg: number - skipped for number, one in enumerate(given)}
        self.bindings.parameters[own] = places | {one.arg: -1 for one in node.args.kwonlyargs}
        outer = [
            *node.decorator_list,
            *node.args.defaults,
            *(one for one in node.args.kw_defaults if one is not None),
        ]
        self._stack.extend((one, scope, tried, inside) for one in outer)
        self._stack.extend((one, own, tried, None) for one in node.body)
        return False

    def _class(self, node: ast.ClassDef, scope: int, tried: bool, _inside: object) -> bool:
        for each in (*node.decorator_list, *node.bases, *(word.value for word in node.keywords), *node.body):
            self._stack.append((each, scope, tried, node))
        return False

    def _assign(
        self,
        node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr,
        scope: int,
        tried: bool,
        inside: ast.ClassDef | None,
    ) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                if target.id == "__all__":  # what may be taken by a star is no use of it
                    return False
                self._bound.add(id(target))
                value = None if isinstance(node, ast.AugAssign) else node.value
                if not (isinstance(node, ast.AnnAssign) and value is None):
                    self.bindings.bind(scope, target.id, value)
            elif isinstance(target, ast.Tuple | ast.List):
                self._unpack(target, node.value, scope)
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                self.bindings.change(scope, target.value.id, _entry(target, node.value))
        if isinstance(node, ast.AnnAssign):  # an annotation is no use at run time
            if node.value is not None:
                self._stack.append((node.value, scope, tried, inside))
            return False
        return True

    def _unpack(self, target: ast.Tuple | ast.List, value: ast.expr | None, scope: int) -> None:
        """Each name is its own part where the parts are written out, else any string of the value."""
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) else None
        for number, one in enumerate(target.elts):
            if isinstance(one, ast.Name) and (parts is None or len(parts) == len(target.elts)):
                self._bound.add(id(one))
                self.bindings.bind(scope, one.id, value if parts is None else parts[number])

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: int, _tried: bool, _inside: object
    ) -> bool:
        named = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        for one in named:
            if isinstance(one, ast.Name):
                self._bound.add(id(one))
                self.bindings.bind(scope, one.id, node.iter, each=True)
        return True

    def _if(self, node: ast.If, scope: int, tried: bool, inside: ast.ClassDef | None) -> bool:
        if called(node.test) == "TYPE_CHECKING":
            self._stack.extend((one, scope, tried, inside) for one in node.orelse)
            return False
        match node.test:
            case ast.Compare(left=ast.Name(id="__name__"), comparators=[ast.Constant(value="__main__")]):
                self._main = self._main or scope == MODULE
            case _:
                pass
        return True

    def _try(self, node: ast.Try, scope: int, tried: bool, inside: ast.ClassDef | None) -> bool:
        caught = tried or any(_catches(handler) for handler in node.handlers)
        self._stack.extend((one, scope, caught, inside) for one in node.body)
        for handler in node.handlers:  # what it falls back on may be absent as well
            self._stack.append((handler, scope, caught, inside))
        self._stack.extend((one, scope, tried, inside) for one in (*node.orelse, *node.finalbody))
        return False


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(called(one) == "staticmethod" for one in node.decorator_list)


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or called(kind) in _CATCHES for kind in kinds)


def _entry(target: ast.Subscript, value: ast.expr | None) -> ast.expr | None:
    """``table[key] = value`` as the table that it adds to."""
    return None if value is None else ast.Dict(keys=[target.slice], values=[value])
