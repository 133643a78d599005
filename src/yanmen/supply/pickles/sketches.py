"""What a module of Python's binds, drawn from its text: nothing of it is run, and nothing of the text is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from yanmen.supply.pickles.setters import only_stores, passes, tame

HOOKS = frozenset({
    "__new__", "__setstate__", "__del__", "__getattr__", "__getattribute__", "__class__", "__dict__",
})  # fmt: skip
"""What runs while a bare instance is made and given a dict of attributes, or decides what runs."""
_PLAIN = frozenset({"total_ordering", "runtime_checkable", "final", "dataclass", "unique"})
"""Decorators of the standard library that leave how a class is brought back as it is."""
QUIET = frozenset({
    "property", "staticmethod", "classmethod", "abc.abstractmethod", "abc.abstractproperty", "functools.cached_property",
    "functools.lru_cache", "functools.cache", "typing.overload", "typing.override", "typing.final", "typing_extensions.overload",
    "typing_extensions.override", "typing_extensions.final", "contextlib.contextmanager", "functools.wraps", "dataclasses.field",
    "frozenset", "tuple", "set", "dict", "list", "collections.OrderedDict", "collections.defaultdict", "logging.getLogger",
    "typing.TypeVar", "re.compile",
})  # fmt: skip
"""What gives no descriptor with a ``__set__`` that runs what a library wrote: a property without a setter refuses."""
_ACTING = frozenset({
    "os.system", "os.popen", "os.remove", "os.unlink", "os.kill", "os._exit", "os.execv", "os.execve", "os.execvp",
    "os.fork", "os.rename",
    "os.rmdir", "os.removedirs", "shutil.rmtree", "shutil.move", "shutil.copy", "exec", "eval", "input", "sys.exit",
    "exit", "quit",
    "breakpoint", "pickle.load", "pickle.loads", "runpy.run_path", "runpy.run_module",
})  # fmt: skip
_ACTING_MODULES = frozenset(
    {
        "subprocess",
        "socket",
        "urllib",
        "requests",
        "httpx",
        "webbrowser",
        "pty",
        "multiprocessing",
        "ftplib",
        "smtplib",
    }
)


@dataclass(slots=True)
class Drawn:
    """A class: what its body binds, and what may make something else of it."""

    name: str
    bases: tuple[str, ...]
    """As written; ``?``: no name."""
    bound: dict[str, str] = field(default_factory=dict)
    """Name to what it is: function, value, or ``stores`` for a ``__setstate__`` that does nothing but store the state."""
    metaclass: str = ""
    slots: frozenset[str] | None = None
    odd: bool = False
    """Whether something may have been made of it that its text does not say."""
    sets: bool = False
    """Whether it binds ``__setattr__``."""
    asks: dict[str, set[str]] = field(default_factory=dict)
    """What made the value of a name that it binds, as written: any but QUIET may give a descriptor, which setting would ask."""
    compared: bool = False
    """Whether a decorator gives it comparisons."""
    decorators: tuple[tuple[str, str], ...] = ()
    """Of the library's own: as written, and how it would have to be made (``as it is``, ``called``)."""
    passes: str = ""
    """As Bound.passes, of instances of this class."""
    inner: dict[str, Drawn] = field(default_factory=dict)
    """Classes within it, under names that it binds once."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How a name of a module is bound: ``class``, ``function``, ``from`` another module, ``import``, ``record``, ``other``."""

    how: str
    module: str = ""
    name: str = ""
    drawn: Drawn | None = None
    passes: str = ""
    """Of a function: ``as it is`` where it gives back the class that it is given, and changes no hook of it; ``called`` where what
    it returns does so."""
    holds: frozenset[str] = frozenset()
    """Of ``other``: names of the module that its value may stand for, or keep."""


@dataclass(slots=True)
class Module:
    """Of a source."""

    name: str
    bound: dict[str, list[Bound]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """Modules all of whose names it takes."""
    acts: bool = False
    """Whether importing it does more than define."""
    changed: frozenset[str] = frozenset()
    """Names whose hooks it assigns from outside of a class; ``*`` where it cannot be said whose."""
    added: dict[str, set[str]] = field(default_factory=dict)
    """Attributes that it assigns to a name from outside of a class; ``*`` where it cannot be said which."""

    def origin(self, dotted: str) -> str:
        """Where a dotted name of this module's text comes from; what the module binds itself is under its own name."""
        first, _, rest = dotted.partition(".")
        found = self.bound.get(first, [])
        if len(found) == 1 and found[0].how == "from":
            first = f"{found[0].module}.{found[0].name}"
        elif len(found) == 1 and found[0].how == "import":
            first = found[0].module
        elif found or len(self.stars) > 0:
            first = f"{self.name}.{first}"
        return f"{first}.{rest}" if rest else first


def draw(text: bytes, name: str, *, package: bool) -> Module | None:
    """A module's sketch; None where its text is not Python's. ``package``: it is an ``__init__``."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    module = Module(name)
    inside = name if package else name.rpartition(".")[0]
    for node in _statements(tree.body):
        _bind(node, module, inside)
    module.changed = frozenset(_changed(tree))
    _add_attributes(tree, module)
    module.acts = any(_acts(call, module) for node in _statements(tree.body) for call in _calls(node))
    return module


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement that runs on import, whatever it stands under; not what runs as a program only."""
    for node in body:
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            yield from _statements(node.orelse)
            continue
        yield node
        for inner in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _statements(getattr(node, inner, []))
        for each in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
            yield from _statements(each.body)


def _bind(node: ast.stmt, module: Module, inside: str) -> None:
    if isinstance(node, ast.ImportFrom):
        above = inside.split(".")[: len(inside.split(".")) - node.level + 1] if node.level else []
        origin = ".".join([*above, *([node.module] if node.module else [])])
        for each in node.names:
            if each.name == "*":
                module.stars.append(origin)
            else:
                _add(module, each.asname or each.name, Bound("from", origin, each.name))
    elif isinstance(node, ast.Import):
        for each in node.names:
            held = each.name if each.asname else each.name.partition(".")[0]
            _add(module, each.asname or held, Bound("import", held))
    elif isinstance(node, ast.ClassDef):
        _add(module, node.name, Bound("class", module.name, node.name, _class(node)))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        _add(
            module,
            node.name,
            Bound(
                "other" if node.decorator_list else "function", module.name, node.name, passes=passes(node)
            ),
        )
    else:
        record = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_record(node.value)
        for name in _targets(node):
            _add(module, name, Bound("record") if record else Bound("other", holds=_held(node)))


def _add(module: Module, name: str, bound: Bound) -> None:
    held = module.bound.setdefault(name, [])
    if bound not in held:
        held.append(bound)


def _held(node: ast.stmt) -> frozenset[str]:
    """Names that stand in what a statement binds; not those only called there, nor what a function does when it is called."""
    found: set[str] = set()
    waiting: list[ast.AST] = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Call):
            waiting += [*one.args, *(word.value for word in one.keywords)]
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found.add(one.id)
        elif not isinstance(one, ast.Lambda):
            waiting += ast.iter_child_nodes(one)
    return frozenset(found)


def _is_record(node: ast.Call) -> bool:
    return ast.unparse(node.func) in {"namedtuple", "collections.namedtuple"} and not node.keywords


def _targets(node: ast.AST) -> Iterator[str]:
    """Names that a statement binds by itself."""
    if isinstance(node, ast.Assign | ast.Delete):
        places: list[ast.expr] = list(node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For):
        places = [node.target]
    elif isinstance(node, ast.With):
        places = [item.optional_vars for item in node.items if item.optional_vars]
    else:
        places = []
    for place in places:
        named = (each for each in ast.walk(place) if isinstance(each, ast.Name))
        yield from (each.id for each in named if not isinstance(each.ctx, ast.Load))
    yield from (each.target.id for each in _shallow(node) if isinstance(each, ast.NamedExpr))


def _shallow(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's own expressions, without what stands in functions and in further statements."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.Lambda | ast.excepthandler):
            continue
        yield child
        yield from _shallow(child)


def _calls(node: ast.stmt) -> Iterator[ast.Call]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from (each for each in _shallow(node) if isinstance(each, ast.Call))


def _acts(call: ast.Call, module: Module) -> bool:
    if not isinstance(call.func, ast.Name | ast.Attribute):
        return False
    origin = module.origin(ast.unparse(call.func)[:200])
    if origin.partition(".")[0] == module.name.partition(".")[0]:
        return False
    return origin in _ACTING or origin.partition(".")[0] in _ACTING_MODULES


def _class(node: ast.ClassDef) -> Drawn:
    names = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    bases = tuple(ast.unparse(base) if isinstance(base, ast.Name | ast.Attribute) else "?" for base in names)
    drawn = Drawn(node.name, bases)
    for word in node.keywords:
        if word.arg == "metaclass":
            drawn.metaclass = ast.unparse(word.value)
        elif word.arg is None:
            drawn.odd = True
    for decorator in node.decorator_list:
        _decorated(decorator, drawn)
    for each in _statements(node.body):
        _member(each, drawn)
    return drawn


def _decorated(decorator: ast.expr, drawn: Drawn) -> None:
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]
    if name not in _PLAIN:
        whole = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
        made = "called" if isinstance(decorator, ast.Call) else "as it is"
        drawn.decorators = (*drawn.decorators, (whole, made))
    given = {word.arg for word in words}
    slotted = (
        name == "dataclass" and "frozen" not in given
    )  # a frozen one has a way of its own to take its state
    drawn.odd |= bool(given & {"weakref_slot", None}) or ("slots" in given and not slotted)
    drawn.compared |= name in {"dataclass", "total_ordering"}


def _member(node: ast.stmt, drawn: Drawn) -> None:
    before = set(drawn.inner)
    _bind_member(node, drawn)
    for name in before & _bound_by(node):
        del drawn.inner[name]


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    return set(_targets(node))


def _bind_member(node: ast.stmt, drawn: Drawn) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        what = "value" if node.decorator_list else "function"
        drawn.sets |= node.name == "__setattr__"
        drawn.asks.setdefault(node.name, set()).update(_called(each) for each in node.decorator_list)
        if node.name == "__setstate__" and what == "function":
            what = only_stores(node) or what
        drawn.odd |= node.name in {"__init_subclass__", "__set_name__"} and not tame(node)
        if node.name == "__call__" and passes(node, 1) == "as it is":
            drawn.passes = "called"
        drawn.bound[node.name] = what
    elif isinstance(node, ast.ClassDef):
        if node.name not in drawn.bound:
            drawn.inner[node.name] = _class(node)
        drawn.bound[node.name] = "value"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        drawn.asks |= {(each.asname or each.name).partition(".")[0]: {"?"} for each in node.names}
        drawn.odd |= any(each.name == "*" for each in node.names)
        drawn.bound |= {(each.asname or each.name).partition(".")[0]: "value" for each in node.names}
    else:
        made = _made(node)
        for name in _targets(node):
            drawn.bound[name] = "value"
            drawn.asks.setdefault(name, set()).update(made)
            if name == "__slots__" and isinstance(node, ast.Assign):
                drawn.slots = _slots(node.value)
        calls = (each.func for each in _shallow(node) if isinstance(each, ast.Call))
        reflect = {"exec", "eval", "locals", "vars", "globals", "setattr"}
        drawn.odd |= any(isinstance(each, ast.Name) and each.id in reflect for each in calls)


def _called(node: ast.expr) -> str:
    """What a decorator, or a call, names."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _made(node: ast.stmt) -> set[str]:
    """What made the values that a statement of a class binds; ``?`` where it gives names anything but a value for each."""
    if isinstance(node, ast.AnnAssign):
        return _makers(node.value) if node.value else set()
    if isinstance(node, ast.Assign) and all(isinstance(each, ast.Name) for each in node.targets):
        return _makers(node.value)
    return {"?"}


def _makers(node: ast.expr) -> set[str]:
    """What made a value that a class binds; nothing for a constant, or a display."""
    if isinstance(node, ast.UnaryOp):
        return _makers(node.operand)
    if isinstance(node, ast.BinOp):
        return _makers(node.left) | _makers(node.right)
    comprehended = isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp)
    shown = isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict)
    if comprehended or shown or isinstance(node, ast.Constant | ast.JoinedStr | ast.Lambda):
        return set()
    if not isinstance(node, ast.Call):
        return {"?"}
    name = _called(node)
    last = name.rpartition(".")[2]
    held = [
        _makers(word.value) if word.arg in {"default", None} else set()
        for word in node.keywords
        if last == "field"
    ]
    return {"?" if last.endswith("property") else name}.union(*held)


def _slots(node: ast.expr) -> frozenset[str]:
    """Names that are written out; a name that is not is in no set, so that nothing may be put there."""
    items = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return frozenset(
        each.value for each in items if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def _add_attributes(tree: ast.Module, module: Module) -> None:
    """``X.y = …``, and ``setattr(X, …)``, anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            owner, name = node.value, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr" and len(node.args) > 1:
            key = node.args[1]
            owner, name = node.args[0], str(key.value) if isinstance(key, ast.Constant) else "*"
        else:
            continue
        if isinstance(owner, ast.Name):
            module.added.setdefault(owner.id, set()).add(name)


def _changed(tree: ast.Module) -> Iterator[str]:
    """Whose hooks are assigned, by ``X.__setstate__ =`` or ``setattr(X, '__setstate__', …)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in HOOKS:
            if node.attr in {"__class__", "__dict__"}:  # of an instance
                continue
            yield node.value.id if isinstance(node.value, ast.Name) else "*"
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "setattr"
            and len(node.args) > 1
        ):
            key, owner = node.args[1], node.args[0]
            if isinstance(key, ast.Constant) and key.value in HOOKS:
                yield owner.id if isinstance(owner, ast.Name) else "*"
