"""Whether a method of a library's source does nothing but store: a language of few forms, of which all else is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_BY_NAME = frozenset({"get", "pop", "setdefault"})
"""What may be called on the state, which is a plain dict, and on the instance's ``__dict__``, with a name that is written."""
_SELF_AND_STATE = 2
_LOCKS = frozenset(
    {"threading.Lock()", "threading.RLock()", "Lock()", "RLock()", "set()", "dict()", "list()"}
)
"""What such a method makes anew, because it cannot be written."""
_LOOKED_UP = frozenset({"append", "extend", "add", "update"})
"""What the unpickler looks up on an instance, besides names in double underscores."""


def only_stores(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Whether a ``__setstate__`` moves parts of its state into the instance, and calls nothing that a value could answer.

    ``stores`` a plain dict in the instance's own; ``sets`` attributes by a plain dict, so that the class may have a say in it;
    ``fills`` its slots, in order, by a tuple or a list; else empty.
    """
    args = function.args
    names = [each.arg for each in [*args.posonlyargs, *args.args]]
    if (
        not isinstance(function, ast.FunctionDef)
        or len(names) != _SELF_AND_STATE
        or args.vararg
        or args.kwarg
        or args.kwonlyargs
        or function.decorator_list
    ):
        return ""
    if _fills(function, *names):
        return "fills"
    stores = _Stores(names[0], names[1])
    if not stores.body(function.body):
        return ""
    return "sets" if stores.sets else "stores"


def _fills(function: ast.FunctionDef, own: str, state: str) -> bool:
    """``for name, value in zip(self.__slots__, state): setattr(self, name, value)``, and nothing else."""
    body = [
        each
        for each in function.body
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    if len(body) != 1 or not isinstance(body[0], ast.For):
        return False
    loop = body[0]
    pair = _pair(loop)
    return (
        ast.unparse(loop.iter) == f"zip({own}.__slots__, {state})"
        and pair is not None
        and _set_by(loop, own, *pair)
    )


def _pair(loop: ast.For) -> tuple[str, str] | None:
    """The two names that a loop goes by."""
    if not isinstance(loop.target, ast.Tuple) or loop.orelse or len(loop.body) != 1:
        return None
    names = [each.id for each in loop.target.elts if isinstance(each, ast.Name)]
    return (names[0], names[1]) if len(names) == len(loop.target.elts) == _SELF_AND_STATE else None


def _set_by(loop: ast.For, own: str, name: str, value: str) -> bool:
    return ast.unparse(loop.body[0]) in {
        f"setattr({own}, {name}, {value})",
        f"object.__setattr__({own}, {name}, {value})",
    }


def tame(function: ast.AST, may: frozenset[str] = frozenset()) -> bool:
    """Whether a function that sees a class while it is made sets nothing in it but what it names."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"exec", "eval", "vars", "type", "globals"}:
                return False
            key = node.args[1] if len(node.args) > 1 else None
            named = isinstance(key, ast.Constant) and not str(key.value).startswith("__")
            if node.func.id == "setattr" and not named:
                return False
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr not in may
        if stored and node.attr.startswith("__"):  # type: ignore[attr-defined]
            return False
    return True


def passes(function: ast.FunctionDef | ast.AsyncFunctionDef, place: int = 0) -> str:
    """``as it is`` where it gives back the argument at that place and sets no hook; ``called`` where it returns such a function."""
    names = [each.arg for each in [*function.args.posonlyargs, *function.args.args]]
    if (
        not isinstance(function, ast.FunctionDef)
        or function.decorator_list
        or not tame(function, frozenset({"__doc__", "__name__"}))
    ):
        return ""
    inner = {each.name: each for each in function.body if isinstance(each, ast.FunctionDef)}
    given = [each.value for each in _own(function.body) if isinstance(each, ast.Return)]
    named = {each.id for each in given if isinstance(each, ast.Name)}
    if not given or len(named) != 1 or not all(isinstance(each, ast.Name) for each in given):
        return ""
    name = named.pop()
    if place < len(names) and name == names[place]:
        kept = any(
            isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
            for each in ast.walk(function)
        )
        return "" if kept or _put(function, name) else "as it is"
    return "called" if name in inner and passes(inner[name]) == "as it is" else ""


def _put(function: ast.FunctionDef, name: str) -> bool:
    """Whether something that was made, and may answer, is put on what it is given."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for each in node.targets:
                if (
                    isinstance(each, ast.Attribute)
                    and ast.unparse(each.value) == name
                    and each.attr != "__doc__"
                ):
                    return True
    return False


def _own(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a function, without those of functions and classes in it."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for inner in ("body", "orelse", "finalbody"):
            yield from _own(getattr(node, inner, []))
        for each in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
            yield from _own(each.body)


class _Stores:
    """The forms: ``self.__dict__.update(state)``, ``self.x = state['x']``, ``if 'x' in state:``, and their like."""

    def __init__(self, own: str, state: str) -> None:
        self._own = own
        self._state = state
        self.sets = False
        """Whether attributes are set by their names, not put into the instance's dict."""

    def body(self, statements: list[ast.stmt]) -> bool:
        """All of these are such forms."""
        return all(self._statement(each) for each in statements)

    def _statement(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Pass | ast.Return):
            return getattr(node, "value", None) is None
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Constant) or self._call(node.value)
        if isinstance(node, ast.If):
            return self._test(node.test) and self.body(node.body) and self.body(node.orelse)
        if isinstance(node, ast.For):
            return self._loop(node)
        return isinstance(node, ast.Assign) and all(self._put(each, node.value) for each in node.targets)

    def _loop(self, node: ast.For) -> bool:
        """``for name, value in state.items()``, each of which is set or put into the instance's dict."""
        pair = _pair(node)
        if pair is None or ast.unparse(node.iter) != f"{self._state}.items()":
            return False
        if ast.unparse(node.body[0]) == f"{self._own}.__dict__[{pair[0]}] = {pair[1]}":
            return True
        self.sets = True
        return _set_by(node, self._own, *pair)

    def _put(self, place: ast.expr, value: ast.expr) -> bool:
        """Into ``self.__dict__['x']``, ``state['x']``; or one of the two whole, of the state: never a dict from within it."""
        if isinstance(place, ast.Subscript):
            return self._part(place) and self._value(value)
        if (
            isinstance(place, ast.Attribute)
            and ast.unparse(place.value) == self._own
            and place.attr != "__dict__"
        ):
            self.sets = True
            quiet = not place.attr.startswith("__") and place.attr not in _LOOKED_UP
            return quiet and (self._value(value) or ast.unparse(value) in _LOCKS)
        return self._is_dict(place) and self._whole(value)

    def _part(self, node: ast.Subscript) -> bool:
        """A place under a name that the text says, and that the language looks up on no instance."""
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        quiet = isinstance(key, str) and not key.startswith("__") and key not in _LOOKED_UP
        return quiet and self._is_dict(node.value)

    def _whole(self, node: ast.expr) -> bool:
        """The state, or a copy of it."""
        if not isinstance(node, ast.Call) or node.keywords:
            return self._is_dict(node)
        if isinstance(node.func, ast.Name):
            return node.func.id == "dict" and len(node.args) == 1 and self._is_dict(node.args[0])
        copied = isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args
        return copied and self._is_dict(node.func.value)  # type: ignore[attr-defined]

    def _is_own(self, node: ast.expr) -> bool:
        return ast.unparse(node) in {f"{self._own}.__dict__", f"vars({self._own})"}

    def _is_dict(self, node: ast.expr) -> bool:
        return self._is_own(node) or (isinstance(node, ast.Name) and node.id == self._state)

    def _call(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call) or node.keywords or not isinstance(node.func, ast.Attribute):
            return False
        method, args = node.func.attr, node.args
        if ast.unparse(node.func.value) == "super()":
            return method == "__setstate__" and len(args) == 1 and self._is_dict(args[0])
        if not self._is_dict(node.func.value):
            return False
        if method == "update":
            return len(args) == 1 and self._is_dict(args[0])
        named = bool(args) and isinstance(args[0], ast.Constant)
        return method in _BY_NAME and named and all(map(self._value, args[1:]))

    def _value(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Subscript):
            return isinstance(node.slice, ast.Constant) and self._is_dict(node.value)
        if isinstance(node, ast.List | ast.Tuple):
            return all(map(self._value, node.elts))
        if isinstance(node, ast.Dict):
            return not node.keys
        return self._is_dict(node) or self._call(node)

    def _test(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BoolOp):
            return all(map(self._test, node.values))
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not) and self._test(node.operand)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            if isinstance(node.ops[0], ast.In | ast.NotIn):
                return isinstance(node.left, ast.Constant) and self._is_dict(node.comparators[0])
            return (
                isinstance(node.ops[0], ast.Is | ast.IsNot)
                and self._value(node.left)
                and self._value(node.comparators[0])
            )
        return False
