"""What the machine knows of values: members, items, modules, files; and what it has seen."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.effects import Dialect, Does, Effect, Trigger, host_of
from yanmen.supply.packages.reading.landed import Landed
from yanmen.supply.packages.reading.places import key_tags, variable_tags
from yanmen.supply.packages.reading.values import (
    CODED,
    HOLE,
    LONGEST,
    NOTHING,
    PICKED,
    Closure,
    Scope,
    Value,
    all_tags,
    lifted,
    merged,
    plain,
)

_ENVIRONMENTS = frozenset({"process.env", "Bun.env"})
_WORLDS = frozenset({"globalThis", "global", "window", "self", "builtins", "__builtins__", "Function.this"})
"""Times decoded code is read as code."""
PATH = 160
UNFOLDED = (
    ValueError,
    TypeError,
    OverflowError,
    KeyError,
    IndexError,
    AttributeError,
    ZeroDivisionError,
    MemoryError,
)
"""What a computation of constants raises when it cannot be done here."""
_ASKING = frozenset({"sends", "receives"})
NEUTRAL = frozenset({"argument"})


UNSET_CONST = NOTHING.const
SEALS = re.compile(
    r"sign|hash|digest|hmac|crypt|deriv|verif|public|address|token|auth|key_?pair|load|pem", re.IGNORECASE
)
"""Names of functions whose result gives a key away no longer."""
OPEN = frozenset({"publicEncrypt"})
"""Names among those whose result does give it away, to somebody else."""
CALLBACKS = frozenset(
    "then catch finally on once addListener forEach map filter reduce some every find replace sort addEventListener "
    "flatMap apply call submit run_in_executor".split()
)
"""Methods that run what they are given."""


_HEARD = re.compile(
    r"(?:window|globalThis|XMLHttpRequest|builtins|getpass|requests|httpx|urllib|http|https|console|net|tls|crypto|fs|input|fetch|"
    r"logging|flask|django|jsonwebtoken|bcrypt|bcryptjs)\b"
)
"""Functions through which secrets pass: what replaces them hears them."""
PROMISED = frozenset({"then", "catch", "finally"})
"""Methods of a promise: what they are given is run with what it holds."""
TYPED = frozenset("submit input change keydown keyup keypress blur paste".split())
"""Events that tell what a user types."""


def _makes_functions(of: Value) -> bool:
    """Whether a value's constructor is that of functions: a function, a method of a literal, a constructor."""
    if of.closure is not None:
        return True
    if of.bound is None:
        return False
    inner, name = of.bound
    return name == "constructor" or inner.items is not None or isinstance(inner.const, str)


def formatted(form: str, texts: list[str]) -> str:
    """``form % texts``, with holes for what is not known."""
    given = iter(texts)
    return _DIRECTIVE.sub(lambda found: "%" if found[0] == "%%" else next(given, HOLE), form)[:LONGEST]


_DIRECTIVE = re.compile(r"%(?:%|\(\w{1,40}\)|)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%%")


class ExhaustedError(Exception):
    """The bound on steps is reached."""


class Members(ABC):
    """Values and what they are made of."""

    def __init__(
        self,
        dialect: Dialect,
        resolve: Callable[[Members, str, str], Value | None],
        steps: int,
    ) -> None:
        """``resolve``: the namespace of a module of the package by how it is imported and from where; None: not of the package."""
        self.dialect = dialect
        self.resolve = resolve
        self.steps = steps
        self.effects: dict[Effect, None] = {}
        self.member_name, self.layer = "", 0
        self.trigger = Trigger.IMPORT
        self.landed = Landed()
        self.unpacked: dict[str, frozenset[str]] = {}
        """Folders that archives are unpacked to, with the origins of what is in them."""
        self.written: dict[str, str] = {}
        """Short constant texts that are written to files, by the file's last name."""
        self.top = Scope()
        self.returned: list[list[Value]] = []
        self.waiting: list[Closure] = []
        self.classes: list[Value] = []
        self.foreign: Callable[[str, str, int], None] | None = None
        """Reads code of another language: its name, the code, the line."""
        self.own: Callable[[str, str], bytes | None] = lambda *_: None
        """Bytes of a member of the package, by a path as code writes it and the member that the code is in."""
        self.unpickled: Callable[[str, str], str] = lambda *_: ""
        """What a file of the package calls when it is loaded, by its path and the member that loads it; empty: nothing bad."""
        self.places: list[str] = []
        """Where modules are looked for besides."""
        self.sources: dict[str, str] = {}
        """Text of each module that was read."""
        self.unanswered: set[tuple[str, int]] = set()
        """Calls that are statements by themselves, by member and line: nobody looks at what they give."""
        self.inside: list[s.Func] = []
        """Functions that are being followed."""
        self.repeating = False
        """Whether code runs again and again by a timer."""
        self.resting = False
        """Whether functions are followed that nobody has called."""
        self._keys: dict[int, frozenset[str]] = {}
        self._ran: set[int] = set()
        self._times: dict[int, int] = {}
        self._active: list[int] = []
        self._kept: dict[Any, Value] = {}

    @abstractmethod
    def execute(self, body: list[s.Node], scope: Scope) -> str:
        """Run statements."""

    @abstractmethod
    def evaluate(self, node: s.Node, scope: Scope) -> Value:
        """Evaluate an expression."""

    @abstractmethod
    def assign(self, target: s.Node, value: Value, scope: Scope) -> None:
        """Bind a target."""

    def step(self) -> None:
        """Count a step; ExhaustedError where there are none left."""
        self.steps -= 1
        if self.steps < 0:
            raise ExhaustedError

    def made(self, closure: Closure) -> None:
        """A function was made: it is read later, if nobody calls it."""
        self.waiting.append(closure)

    def defined(self, kind: Value) -> None:
        """A class was defined."""
        self.classes.append(kind)

    def field(self, name: object, value: Value, line: int) -> None:
        """A member gets a value: a blind copy to a fixed address is noted."""
        if isinstance(name, str) and name.lower() == "bcc" and value.known and "@" in value.text:
            self.emit("sends", "bcc", line, value.text, frozenset({"copied"}))

    def emit(
        self, does: Does, api: str, line: int, text: str = "", tags: frozenset[str] = frozenset()
    ) -> None:
        """Note an effect."""
        if self.trigger is Trigger.CALLED and not self.resting:
            tags |= {"loaded"}
        if self.repeating and does == "runs-command":
            tags |= {"again and again"}
        if does in _ASKING and (self.member_name, line) in self.unanswered:
            tags |= {"unanswered"}
        if len(self.effects) < LONGEST // 100:
            effect = Effect(
                does=does, trigger=self.trigger, member=self.member_name, line=line, api=api[:PATH],
                text=text[:4_000], tags=tags - NEUTRAL, layer=self.layer,
            )  # fmt: skip
            self.effects.setdefault(effect)

    def hidden_tags(self, address: Value) -> frozenset[str]:
        """Whether the host of an address was decoded and stands nowhere in the source."""
        if "decoded" not in address.tags:
            return frozenset()
        host = host_of(address.text)
        if "." not in host or HOLE in host or any(host in text.lower() for text in self.sources.values()):
            return frozenset()
        return frozenset({"hidden address"})

    def bounded(self, text: str | bytes, tags: frozenset[str] = frozenset()) -> Value:
        """A constant, unless it is too long to keep."""
        return Value(text, tags=tags) if len(text) <= LONGEST else Value(tags=tags)

    def library(self, path: str) -> Value:
        """Something of a library."""
        api = self.dialect.apis.get(path)
        if api is not None and api.does == "source":
            return Value(path=path, tags=api.gives)
        if path.endswith(".__file__"):
            return Value(f"{HOLE}/site-packages/{path[:-9].replace('.', '/')}/__init__.py")
        const = self.dialect.constants.get(path)
        return Value(path=path) if const is None else Value(const, path=path)

    def module(self, name: str, member: str = "") -> Value:
        """A module as it is imported, or a member of it."""
        own = self.resolve(self, name, self.member_name)
        if own is not None:
            if not member:
                return own
            found = (own.fields or {}).get(member)
            return (
                found
                if found is not None
                else self.resolve(
                    self, f"{name}{'' if name.endswith('.') else '.'}{member}", self.member_name
                )
                or NOTHING
            )
        path = name.lstrip(".").removeprefix("node:")
        if member == "default" and not self.dialect.self_is_first:
            member = ""
        return self.library(f"{path}.{member}" if member and path else path or member)

    def member(self, of: Value, name: str) -> Value:
        """``of.name``."""
        if of.ways:
            return merged([self.member(way, name) for way in of.ways])
        if of.fields is not None and name in of.fields:
            return of.fields[name]
        if of.kind is not None and (found := self.of_class(of, name)) is not None:
            if found.closure is not None and found.path == "property()":
                return self.invoke(found.closure, [], {})
            return found if not found.path else Value(path=found.path, tags=found.tags, bound=(of, name))
        known = self._known_member(of, name)
        if known is not None:
            return known
        path = self.path_of(of.path, name)
        if path:
            value = self.library(path)
            return Value(value.const, path=path, tags=value.tags | of.tags, bound=(of, name))
        return Value(tags=of.tags | key_tags(name), bound=(of, name))

    def _known_member(self, of: Value, name: str) -> Value | None:
        """Members of values of the language itself, and of files, paths and the environment."""
        if name == "constructor" and not self.dialect.self_is_first and _makes_functions(of):
            return self.library("Function")
        if name == "parent" and of.path == "pathlib.Path()":
            return Value(of.text.rpartition("/")[0] or HOLE, path=of.path, tags=of.tags)
        if name == "name" and of.path == "writer()":
            return Value(of.const, tags=of.tags)
        if name == "__dict__" and of.fields is not None:
            return Value(fields=of.fields, tags=of.tags)
        if of.path in _ENVIRONMENTS and name not in PROMISED:
            return Value(f"${name}{HOLE}", tags=variable_tags(name))
        return None

    @staticmethod
    def path_of(path: str, name: str) -> str:
        """The path of a member of something of a library."""
        if not path or len(path) > PATH:
            return ""
        if name in {"__dict__", "default", "prototype", "promises"}:
            return path
        if path in _WORLDS:
            return name
        return f"{path}.{name}"

    def of_class(self, of: Value, name: str, depth: int = 6) -> Value | None:
        """A member of a class or of what it inherits."""
        kind = of.kind
        if kind is None:
            return None
        found = kind.methods.get(name)
        if found is not None:
            return found
        for base in kind.bases:
            if base.kind is not None and depth:
                inherited = self.of_class(base, name, depth - 1)
                if inherited is not None:
                    return inherited
            elif base.path:
                made = self.path_of(f"{base.path}()", name)
                return self.library(made if made in self.dialect.apis else self.path_of(base.path, name))
        return None

    def item(self, of: Value, key: Value, line: int = 0) -> Value:
        """``of[key]``."""
        if of.ways:
            return merged([self.item(way, key, line) for way in of.ways])
        const = key.const if key.known else None
        if of.items is not None and isinstance(const, int | float) and int(const) == const:
            place = int(const)
            return of.items[place] if -len(of.items) <= place < len(of.items) else NOTHING
        if of.fields is not None and const is not None:
            found = of.fields.get(const)
            if found is not None:
                return found
        if isinstance(const, str):
            if of.path in self.dialect.apis and "env" in of.tags:
                return Value(f"${const}{HOLE}", tags=variable_tags(const))
            return self._named(of, const, line, hidden=bool(key.tags))
        if of.known and isinstance(of.const, str | bytes) and isinstance(const, int):
            try:
                return lifted(of.const[const], of.tags)
            except IndexError:
                return NOTHING
        found = self.one_of(of)
        return found.tagged(PICKED) if key.tags & CODED and found.closure is None else found

    def _named(self, of: Value, name: str, line: int, *, hidden: bool) -> Value:
        if of.path in {"sys.modules", "globals()", "locals()", "globalThis"}:
            return self.library(self.dialect.builtin(name) or name)
        value = self.member(of, name)
        if hidden and value.path:
            self.emit("hides-name", value.path, line, name, frozenset({"decoded"}))
        return value

    def one_of(self, of: Value) -> Value:
        """One item of what is iterated."""
        if of.items:
            return merged(of.items[:8])
        if of.path:
            return Value(of.const, path=f"{of.path}[]"[:PATH], tags=of.tags)
        return Value(tags=of.tags)

    def replaced(self, path: str, value: Value, line: int) -> None:
        """Something of a library is replaced by the package's own."""
        if path.startswith("sys.modules."):
            found = self.of_class(value, "__getattr__")
            if found is not None and found.closure is not None:
                self.invoke(found.closure, [], {})
        if value.kind is not None and value.fields is None:
            self.emit("rewires", path, line, path)
        if value.closure is not None:
            self.emit("rewires", path, line, path)
            if _HEARD.match(path):
                self.invoke(value.closure, [], {})

    def operate(self, op: str, left: Value, right: Value) -> Value:
        """An operation."""
        tags = all_tags(left, 1) | all_tags(right, 1)
        try:
            result = self.dialect.operate(op, plain(left), plain(right))
            hidden = frozenset({"decoded"}) if op == "^" else frozenset()
            return lifted(result, tags | hidden)
        except UNFOLDED:
            pass
        if op == "+" and left.items is not None and right.items is not None:
            return Value(items=[*left.items, *right.items][:LONGEST], tags=tags)
        if op in {"+", "/"} and (isinstance(left.const, str) or isinstance(right.const, str)):
            middle = "/" if op == "/" else ""
            return Value(
                (left.text + middle + right.text)[:LONGEST], tags=tags, path=left.path if op == "/" else ""
            )
        if op == "%" and isinstance(left.const, str):
            parts = right.items if right.items is not None else [right]
            return Value(formatted(left.const, [one.text for one in parts]), tags=tags)
        return Value(tags=tags)

    def store(self, path: str, tags: frozenset[str], line: int, api: str) -> None:
        """Something is written to a file; what is read or run from there has its origins."""
        self.emit("writes", api, line, path, tags)
        self.landed.keep(path, tags, (self.member_name, self._errand()))

    def stored_tags(self, text: str) -> frozenset[str]:
        """Origins of the files that a path or a command names; of one without a name by where that stands."""
        return frozenset(
            tag for folder, tags in self.unpacked.items() if f"{folder}/" in text for tag in tags
        ) | self.landed.origins(text, (self.member_name, self._errand(), ""))

    def _errand(self) -> str:
        """What is followed now: a function that nobody has called, or the package's own course, which all else comes after."""
        return str(self._active[0]) if self.resting and self._active else ""

    @abstractmethod
    def invoke(self, closure: Closure, args: list[Value], words: Mapping[str, Value]) -> Value:
        """Follow a function of the package."""
