"""Whether what a stream names, calls and changes is harmless in that use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol

from yanmen.supply.pickles import rules
from yanmen.supply.pickles.entries import Entry, Kind
from yanmen.supply.pickles.expressions import call as expression
from yanmen.supply.pickles.expressions import express
from yanmen.supply.pickles.folds import FOLDS
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.knowledge import Knowledge, python3
from yanmen.supply.pickles.shapes import LOUD
from yanmen.supply.pickles.values import (
    UNKNOWN,
    Global,
    Grouped,
    Large,
    Listed,
    Made,
    Mapped,
    Persistent,
    Value,
    breadth,
    parts,
)
from yanmen.supply.pickles.work import CALL, SAY

_NAME = re.compile(r"[A-Za-z_<][A-Za-z0-9_.<>]*")
_CODE = re.compile(
    r"__import__\s*\(|\b(?:exec|eval|compile)\s*\(|\bos\.(?:system|popen|exec|spawn)|\bsubprocess\b|\bimport\s+[a-z]\w*"
    r"|/bin/(?:ba)?sh\b|\b(?:curl|wget)\s+\S|powershell|socket\.socket"
)
"""Code or a command in an argument of something that is in no table."""
_SEARCHED = 200
"""Values of one call that are searched for it."""
MOST_NAMES = 10_000
"""Names of a file that are remembered; one with more is judged name by name, and not proven safe."""
_CODE_OF_ITS_OWN = "carried"
_TYPES = "carried types"
"""Where the tables keep types that a stream has from its helper; one that names them itself was written by no library."""
_OF_CODE = frozenset({"carries", "builtin-type", "import"})
"""Folds of what makes a function of code that the stream carries."""
_METHOD = Entry("attribute", (), (), is_class=False, fold="", why="a method, named and not called")
Loader = Callable[[Value], Value | None]
"""What a loader gives for a persistent identifier; None where it is not of the form that the loader knows."""


class Unpickler(Protocol):
    """Reads what a call would unpickle (``loads.Loads``)."""

    def pickled(self, argument: Value) -> Value:
        """As ``pickle.loads``. ValueError, with the reason, where what it would do is not known."""

    def torch(self, argument: Value) -> Value:
        """As ``torch.load`` of these bytes, of its older form."""


class Judge:
    """Of one file: speaks to its journal."""

    def __init__(
        self,
        journal: Journal,
        knowledge: Knowledge,
        loader: Loader | None = None,
        own: Callable[[str, str], Entry | None] | None = None,
    ) -> None:
        """``own``: names that the loader defines itself, and does not import."""
        self.journal = journal
        self.knowledge = knowledge
        self._loader = loader
        self._own = own
        self.loads: Unpickler | None = None
        """Reads what a call would unpickle; none: such a call is judged by its name."""
        self._names: dict[tuple[str, str, bool], Global] = {}

    def name(self, module: Value, name: Value, protocol: int, at: int) -> Value:
        """GLOBAL, STACK_GLOBAL, INST: what is imported."""
        if type(module) is not str or type(name) is not str:
            self.journal.find(rules.CALLS_UNKNOWN, "a name that is no constant", express((module, name)), at)
            return UNKNOWN
        key = (module, name, protocol < 3)  # noqa: PLR2004  # streams before protocol 3 speak of Python 2
        if (found := self._names.get(key)) is None:
            if protocol < 3:  # noqa: PLR2004
                module, name = python3(module, name)
            entry = (self._own(module, name) if self._own else None) or self.knowledge.entry(module, name)
            entry = entry or self._method(module, name)
            rule = (
                "" if entry and not self.knowledge.is_whole(module) else self.knowledge.danger(module, name)
            )
            found = Global(module, name, entry, rule)
            if len(self._names) < MOST_NAMES:
                self._names[key] = found
                self.journal.names[found.path] = None
            else:
                self.journal.miss("too-large", f"more than {MOST_NAMES} names", at)
        if found.entry is None:
            self._unlisted(found, at)
        elif found.entry.fold == "loads":  # kept anywhere, whoever calls it unpickles
            self.journal.find(rules.LOADS_PICKLES, found.path, f"names {found.path}", at, confidence=0.9)
        return found

    def _method(self, module: str, name: str) -> Entry | None:
        """A method of a known class of a library of the field: it may be named, not called."""
        owner, dot, method = name.rpartition(".")
        entry = self.knowledge.entry(module, owner) if dot and self.knowledge.is_field(module) else None
        return _METHOD if entry and entry.is_class and not method.startswith("__") else None

    def _unlisted(self, found: Global, at: int) -> None:
        if (found.rule or rules.NAMES_UNKNOWN.id, found.path) in self.journal.findings:
            return
        if not (_NAME.fullmatch(found.module) and _NAME.fullmatch(found.name)):
            self.journal.find(
                rules.READERS_DIFFER, found.path, f"a name of odd characters: {found.path!r}", at
            )
        first = found.module.partition(".")[0]
        known = self.knowledge.is_standard(first) or self.knowledge.is_field(first)
        inner = found.name.split(".")[:-1]
        kept = self.knowledge.is_remote(first) or (
            found.name[:1].isupper() and self.knowledge.is_whole(first)
        )
        # what its functions do they do when they are called, and a class is made by NEWOBJ or told when called
        if found.rule and not kept:
            self.journal.find(rules.BY_ID[found.rule], found.path, f"names {found.path}", at, confidence=0.9)
        elif self.knowledge.acts_on_import(found.module):
            self.journal.find(rules.IMPORTS_CODE, found.path, f"import {found.module}", at)
        elif known and any(not piece[:1].isupper() for piece in inner):
            self.journal.find(rules.REACHES_INSIDE, found.path, f"names {found.path}", at, confidence=0.9)
        else:
            self.journal.find(rules.NAMES_UNKNOWN, found.path, f"names {found.path}", at)

    def call(self, function: Value, args: Value, at: int) -> Value:
        """REDUCE, INST, OBJ: what a call gives."""
        self.journal.work.left -= CALL + breadth(args)
        if not isinstance(args, tuple):
            shown = expression(function, args)
            self.journal.find(rules.READERS_DIFFER, shown, f"arguments that are no tuple: {shown}", at)
            args = ()
        if isinstance(function, Global):
            entry = function.entry
            if entry is not None and any(form(args) for form in entry.call):
                return self._given(function, entry, args, at)
            self._bad_call(function, args, at)
        elif isinstance(function, Made | Persistent):
            shown = expression(function, args)
            rule = rules.RUNS_CODE if _holds_code((function, args)) else rules.CALLS_UNKNOWN
            self.journal.find(rule, shown, shown, at)
        else:
            self.journal.miss("malformed", f"calls what cannot be called: {expression(function, args)}", at)
        return Made(kind="unknown", by=function, args=args)

    def new(self, cls: Value, args: Value, kwargs: Value, at: int) -> Value:
        """NEWOBJ and NEWOBJ_EX: ``cls.__new__(cls, *args, **kwargs)``."""
        self.journal.work.left -= CALL + breadth((args, kwargs))
        named = isinstance(kwargs, Mapped) and not kwargs.lost
        if isinstance(cls, Global) and cls.entry is not None and isinstance(args, tuple) and named:
            flat = (*args, *(value for _, value in kwargs.pairs))
            if any(form(flat) for form in cls.entry.new):
                return self._given(cls, cls.entry, args, at)
        if isinstance(cls, Global):
            bare = args == () and isinstance(kwargs, Mapped) and not kwargs.pairs and not kwargs.lost
            whole = self.knowledge.is_whole(cls.module)
            plain = cls.name[:1].isupper() and not self.knowledge.is_danger(cls.module, cls.name)
            if whole and (bare or plain):  # what its functions do is not done by __new__
                self.journal.find(rules.CALLS_UNKNOWN, cls.path, expression(cls, args), at)
            else:
                self._bad_call(cls, args, at)
            return Made(kind="unknown", by=cls, args=args if isinstance(args, tuple) else ())
        return self.call(cls, args, at)

    def _given(self, function: Global, entry: Entry, args: tuple[Value, ...], at: int) -> Value:
        if entry.fold.endswith("loads"):
            return self._loaded(function, entry, args, at)
        if entry.fold in _OF_CODE:
            return self._carried(function, entry, args, at)
        self.journal.step(function.path, entry.why)
        if entry.fold == "new":
            return self.new(args[0], args[1:], Mapped(), at)
        if entry.fold == "apply":
            return self.call(args[0], args[2], at)
        if entry.fold == "reconstructor":
            return self.new(args[0], args[2:] if args[2] is not None else (), Mapped(), at)
        if entry.fold == "attribute":
            return self._attribute(function, args, at)
        if entry.fold:
            value = FOLDS[entry.fold](args)
            if isinstance(value, Grouped | Mapped):
                keys = value.items if isinstance(value, Grouped) else [key for key, _ in value.pairs]
                self.hashed(keys, at)
            return value
        self.hashed((key for key, _ in _pairs(args)), at)
        return Made(kind=entry.gives, by=function, args=args)

    def _carried(self, function: Global, entry: Entry, args: tuple[Value, ...], at: int) -> Value:
        """Pieces of a function that the stream carries: made, and not called. It is never proven safe, nor is it a call."""
        if entry.fold == "builtin-type":
            made = self.knowledge.entry(_TYPES, args[0])
            return Global("types", args[0], made)
        if entry.fold == "import":
            module = str(args[0])
            acts = self.knowledge.danger(module, "") or self.knowledge.acts_on_import(module)
            if acts or not self.knowledge.is_field(module):
                self._bad_call(function, args, at)
        else:
            shown = expression(function, args)
            self.journal.find(rules.CARRIES_CODE, function.path, shown, at)
        return Made(kind=entry.gives, by=function, args=args)

    def _loaded(self, function: Global, entry: Entry, args: tuple[Value, ...], at: int) -> Value:
        """What unpickling the argument gives, whose own names and calls are judged as those of this stream."""
        if self.loads is None:
            self._bad_call(function, args, at)
            return Made(kind="unknown", by=function, args=args)
        try:
            value = self.loads.torch(args[0]) if entry.fold == "torch-loads" else self.loads.pickled(args[0])
        except ValueError as error:
            self.journal.miss("not-checked", f"what {function.path} would unpickle: {error}", at)
            self._bad_call(function, args, at)
            return Made(kind="unknown", by=function, args=args)
        if entry.fold == "loads":  # whatever the bytes hold: no library writes such a call
            self.journal.find(rules.LOADS_PICKLES, function.path, expression(function, args), at)
        else:
            self.journal.step(function.path, entry.why)
        return Made(kind=entry.gives, by=function, args=args) if entry.gives else value

    def _attribute(self, function: Global, args: tuple[Value, ...], at: int) -> Value:
        """``getattr``: a name of a table under its class, or something that is not to be called."""
        owner = args[0]
        if isinstance(owner, Global) and self.knowledge.entry(owner.module, f"{owner.name}.{args[1]}"):
            return self.name(owner.module, f"{owner.name}.{args[1]}", 4, at)
        return Made(kind="attribute", by=function, args=args)

    def _bad_call(self, function: Global, args: Value, at: int) -> None:
        if not function.rule and function.entry is None and self.journal.has(rules.RUNS_CODE, function.path):
            return
        self.journal.work.left -= SAY
        shown = expression(function, args)
        if function.rule and not (
            self.knowledge.is_remote(function.module) and _says_nothing(function, args)
        ):
            self.journal.find(rules.BY_ID[function.rule], function.path, shown, at)
        elif function.entry is not None and function.entry.fold in _OF_CODE:
            self.journal.find(rules.RUNS_CODE, function.path, shown, at, confidence=0.9)
        elif self.knowledge.is_standard(function.module) and not (function.entry and _holds_unknown(args)):
            self.journal.find(rules.CALLS_LIBRARY, function.path, shown, at, confidence=0.9)
        elif _holds_code(args) or (function.entry is None and _carries_code(args)):
            self.journal.find(rules.RUNS_CODE, function.path, shown, at, confidence=0.8)
        else:
            self.journal.find(rules.CALLS_UNKNOWN, function.path, shown, at)

    def persistent(self, pid: Value, at: int) -> Value:
        """PERSID and BINPERSID: what the loader gives."""
        if self._loader is not None and (found := self._loader(pid)) is not None:
            return found
        self.journal.miss("unsupported", f"what its loader makes of the identifier {express(pid)}", at)
        return Persistent(pid)

    def build(self, target: Value, state: Value, at: int) -> None:
        """BUILD: ``target.__setstate__(state)``, or attributes that are set."""
        self.journal.work.left -= CALL + breadth((state,))
        if isinstance(target, Made) and (kind := self.knowledge.kinds.get(target.kind)) is not None:
            if any(form(state) for form in kind.build) and not _asks(target, state):
                target.state = state
                if kind.why:
                    self.journal.step(f"{target.kind}.__setstate__", kind.why)
                return
            self._changed(target, kind, "__setstate__", state, at)
        elif isinstance(target, Global):
            shown = f"{target.path}.__dict__.update({express(state)})"
            self.journal.find(rules.CHANGES_CODE, target.path, shown, at)
        elif isinstance(target, Made | Persistent):
            shown = f"{express(target)}.__setstate__({express(state)})"
            self.journal.find(rules.CALLS_UNKNOWN, express(target), shown, at)
        else:
            self.journal.miss("malformed", f"builds into what takes no state: {express(target)}", at)

    def hashed(self, keys: Iterable[Value], at: int) -> None:
        """Keys of a dict, items of a set: what answers that with code of its own, or with nobody knows what."""
        for key in keys:
            if isinstance(key, tuple):
                self.hashed(key, at)
            elif isinstance(key, Persistent) or (
                isinstance(key, Made) and key.kind.endswith((LOUD, "unknown"))
            ):
                shown = f"hash({express(key)})"
                self.journal.find(rules.CALLS_UNKNOWN, shown, shown, at)

    def set(self, target: Value, pairs: list[tuple[Value, Value]], at: int) -> None:
        """SETITEM(S) on anything but a dict."""
        self._put(target, list(pairs), "__setitem__", at)

    def append(self, target: Value, items: list[Value], at: int) -> None:
        """APPEND(S) and ADDITEMS on anything but a list or a set."""
        self._put(target, items, "extend", at)

    def _put(self, target: Value, items: list[Value], how: str, at: int) -> None:
        if how == "__setitem__":
            self.hashed((pair[0] for pair in items), at)
        if isinstance(target, Made) and (kind := self.knowledge.kinds.get(target.kind)) is not None:
            if kind.sets if how == "__setitem__" else kind.appends:
                target.items.extend(items)
                return
            self._changed(target, kind, how, tuple(items), at)
        elif isinstance(target, Global):
            shown = f"{target.path}.{how}({express(tuple(items[:1]))[1:-1]})"
            self.journal.find(rules.CHANGES_CODE, target.path, shown, at)
        elif isinstance(target, Made | Persistent):
            shown = f"{express(target)}.{how}({express(tuple(items))[1:-1]})"
            self.journal.find(rules.CALLS_UNKNOWN, express(target), shown, at)
        elif isinstance(target, Listed | Mapped | Grouped):
            target.lost = True
        else:
            self.journal.miss("malformed", f"puts something into {express(target)}", at)

    def _changed(self, target: Made, kind: Kind, how: str, state: Value, at: int) -> None:
        shown = f"{express(target)}.{how}({express(state)})"
        rule = rules.CHANGES_CODE if kind.shared else rules.CALLS_UNKNOWN
        self.journal.find(rule, f"{express(target.by)}.{how}", shown, at)


def _pairs(args: tuple[Value, ...]) -> Iterator[tuple[Value, Value]]:
    """Of a dict that is given as pairs: ``OrderedDict([(key, value)])``."""
    if len(args) == 1 and isinstance(args[0], Listed):
        yield from (item for item in args[0].items if isinstance(item, tuple) and len(item) == 2)  # noqa: PLR2004


def _holds_unknown(args: Value) -> bool:
    """Whether a known helper is given what nobody knows: that decides, not the helper."""
    return any(
        (isinstance(item, Made) and item.kind.endswith((LOUD, "unknown")))
        or (isinstance(item, Global) and item.entry is None and not item.rule)
        for item in islice(parts(args), 50)
    )


def _asks(target: Made, state: Value) -> bool:
    """Whether a state sets attributes by their names that the target answers with code of its own."""
    asks = target.by.entry.asks if isinstance(target.by, Global) and target.by.entry else frozenset()
    parted = state if isinstance(state, tuple) else (state,) if target.kind.startswith("bare-error") else ()
    return any(key in asks for part in parted if isinstance(part, Mapped) for key, _ in part.pairs)


def _says_nothing(function: Global, args: Value) -> bool:
    """Whether a call is given no text and nothing made: numbers, and names of the same library."""
    waiting, seen = [args], 0
    while waiting and (seen := seen + 1) <= _SEARCHED:
        item = waiting.pop()
        if isinstance(item, Global):
            if item.module.partition(".")[0] != function.module.partition(".")[0]:
                return False
        elif isinstance(item, tuple | Listed | Mapped) and not getattr(item, "lost", False):
            waiting.extend(parts(item))
        elif not (item is None or isinstance(item, int | float)):
            return False
    return not waiting


def _holds_code(values: Value) -> bool:
    """Whether a function of carried code is among them, or kept by what is."""
    waiting, seen = [values], 0
    while waiting and (seen := seen + 1) <= _SEARCHED:
        item = waiting.pop()
        if isinstance(item, Made):
            if item.kind == _CODE_OF_ITS_OWN:
                return True
            waiting.extend(item.args[:50])
        else:
            waiting.extend(islice(parts(item), 50))
    return False


def _carries_code(args: Value) -> bool:
    waiting, seen = [args], 0
    while waiting and (seen := seen + 1) <= _SEARCHED:
        item = waiting.pop()
        if isinstance(item, str):
            text = item
        elif isinstance(item, bytes | Large):
            text = (item if isinstance(item, bytes) else item.head).decode("latin-1")
        else:
            waiting.extend(islice(parts(item), 50))
            continue
        if _CODE.search(text):
            return True
    return False
