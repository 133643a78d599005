"""Calls of functions of the package, which are followed, and of methods of values that are known."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.arguments import Binding
from yanmen.supply.packages.reading.effects import Trigger, host_of
from yanmen.supply.packages.reading.handed import encoded_tags
from yanmen.supply.packages.reading.leaving import asks, kept_safe, leaves, tags_of
from yanmen.supply.packages.reading.members import CALLBACKS, PROMISED, SEALS, UNFOLDED, UNSET_CONST
from yanmen.supply.packages.reading.serving import ROUTED, is_route
from yanmen.supply.packages.reading.values import (
    HOLE,
    LONGEST,
    NOTHING,
    PICKED,
    Closure,
    Scope,
    Value,
    all_tags,
    iterated,
    lifted,
    merged,
    plain,
)

_DEPTH = 24
"""Calls within calls that are followed."""
_SENDERS = frozenset({"post", "put", "patch", "request"})
_GETTERS = frozenset({"get", "urlopen", "fetch", "download"})
_MESSENGERS = frozenset(
    "send_transaction sendTransaction send_raw_transaction sendMail send_mail sendEmail send_message sendMessage emit "
    "reply_text".split()
)
"""Methods that send, whatever they are methods of."""
_WEB = ("http://", "https://")
_CALLED_DEPTH = 5
_TIMES = 60
"""Calls of one function with arguments that are not all known."""
_CALLED_TIMES = 4
_SAME = 3
"""Calls of a function within itself."""


class Caller(Binding):
    """What a call does."""

    @abstractmethod
    def library_call(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        """A call of something that is not of the package."""

    @abstractmethod
    def callbacks(
        self, args: list[Value], words: Mapping[str, Value], given: Value, *, now: bool
    ) -> frozenset[str]:
        """Functions among arguments are run, where the callee runs them: the origins of what they give."""

    def call(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        """What a call gives."""
        results = [self._call_one(one, args, words, line, scope) for one in fn.options()]
        return results[0] if len(results) == 1 else merged(results)

    def _call_one(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        if fn.closure is not None:
            return self.invoke(fn.closure, args, words)
        if fn.kind is not None and fn.fields is None:
            return self.instantiate(fn, args, words)
        found = self._indirect(fn, args, words, line, scope)
        if found is not None:
            return found
        if fn.bound is not None:
            folded = self._method(fn.bound[0], fn.bound[1], args)
            if folded is not None:
                return folded
        if fn.path:
            return self.library_call(fn, args, words, line, scope)
        self._picked(fn, line)
        name = fn.bound[1] if fn.bound else ""
        if name == "__subclasses__" and fn.bound and fn.bound[0].bound and fn.bound[0].bound[1] in _BASES:
            self.emit("hides-name", "object.__subclasses__", line, name, frozenset({"decoded"}))
        tags = fn.tags | frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg))
        if SEALS.search(name):
            tags -= {"secret:key material"}
        if name in PROMISED and args and args[0].closure is not None and fn.bound:
            return self.call(args[0], [fn.bound[0]], {}, line, scope).tagged(fn.tags)
        tags |= self.callbacks(args, words, Value(tags=fn.tags), now=name in CALLBACKS)
        return self._of_unknown(name, args, tags, line, fn.tags)

    def _picked(self, fn: Value, line: int) -> None:
        """Decoded data says which method is called."""
        of = fn.bound[0] if fn.bound is not None and fn.bound[1] in {"apply", "call"} else fn
        if of.tags >= PICKED:
            self.emit("runs-code", "called by a decoded name", line, "", frozenset({"decoded"}))

    def _of_unknown(
        self, name: str, args: list[Value], tags: frozenset[str], line: int, of: frozenset[str]
    ) -> Value:
        """A call of a method of which only the name is known."""
        tags |= encoded_tags(name, *args[:1])
        tags |= kept_safe(name)
        if is_route(name, args):
            return Value(path=ROUTED)
        address = args[0].text if args and isinstance(args[0].const, str) else ""
        if name in _SENDERS and address.startswith(_WEB):
            self.emit("sends", name, line, address, tags | self.hidden_tags(args[0]))
            return Value(tags=tags | {f"download:{host_of(address)}"})
        if name in _GETTERS and address.startswith(_WEB):
            self.emit("receives", name, line, address, tags | self.hidden_tags(args[0]))
            return Value(tags=tags | {f"download:{host_of(address)}"})
        given = tags_of(args)
        found = asks(name, args)
        to = leaves(name, of, given)
        if found is not None:
            self.emit("sends" if found[1] else "receives", name, line, found[0], given)
            return Value(tags=tags | {f"download:{host_of(found[0])}"})
        if to is not None or (name in _MESSENGERS and any(tag.startswith("secret:") for tag in tags)):
            self.emit("sends", name, line, address or to or "", tags)
        return Value(tags=tags)

    def _indirect(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value | None:
        """A call that calls something else; None: it is none."""
        if fn.items and fn.path in _MADE:
            return self._made(fn, args, words, line, scope)
        if fn.kind is not None and (called := self.of_class(fn, "__call__")) is not None and called.closure:
            return self.invoke(called.closure, args, words)
        if fn.bound is None:
            return None
        of, name = fn.bound
        if words and name == "update" and of.fields is not None:
            of.fields.update(words)
        if (
            name in {"call", "apply", "bind"}
            and not self.dialect.self_is_first
            and (of.closure is not None or of.path)
            and of.path != "Reflect"
        ):
            return self._through(of, name, args, line, scope)
        if name == "start" and of.kind is not None:
            ran = self.of_class(of, "run")
            if ran is not None and ran.closure is not None:
                return self.invoke(ran.closure, [], {})
        return None

    def _made(
        self, fn: Value, args: list[Value], words: Mapping[str, Value], line: int, scope: Scope
    ) -> Value:
        """A call of what ``partial``, ``methodcaller`` or ``attrgetter`` made."""
        first, *rest = fn.items or [NOTHING]
        if fn.path == "functools.partial()":
            return self.call(first, [*rest, *args], {**(fn.fields or {}), **words}, line, scope)
        if not args or not isinstance(first.const, str):
            return NOTHING
        found = args[0]
        for name in first.const.split("."):
            found = self.member(found, name)
        return self.call(found, rest, fn.fields or {}, line, scope) if fn.path == _METHOD else found

    def _through(self, of: Value, name: str, args: list[Value], line: int, scope: Scope) -> Value:
        """``f.call(this, …)``, ``f.apply(this, […])``, ``f.bind(this)``."""
        rest = args[1:]
        if name == "bind":
            return Value(path="functools.partial()", items=[of, *rest], tags=tags_of(rest)) if rest else of
        if name == "apply" and rest:
            items = iterated(rest[0])
            rest = list(items) if items is not None else [Value(tags=all_tags(rest[0]))]
        return self.call(of, rest, {}, line, scope)

    def _method(self, receiver: Value, name: str, args: list[Value]) -> Value | None:
        if isinstance(receiver.const, bytes) and name == "map" and args and args[0].closure is not None:
            return self._over_bytes(receiver, args[0].closure)
        if receiver.items is not None and (done := self._list_method(receiver, name, args)) is not None:
            return done
        if receiver.fields is not None and receiver.kind is None:
            return self._table_method(receiver, name, args)
        if receiver.const is UNSET_CONST and receiver.items is None:
            return None
        tags = all_tags(receiver, 1) | frozenset(tag for arg in args for tag in all_tags(arg))
        try:
            result = self.dialect.method(plain(receiver), name, [plain(arg) for arg in args])
            more = encoded_tags(name, *args[:1]) | ({"decoded"} if name in _DECODING else set())
            return lifted(result, tags | more)
        except UNFOLDED:
            return self._partial_method(receiver, name, args, tags)

    def _partial_method(
        self, receiver: Value, name: str, args: list[Value], tags: frozenset[str]
    ) -> Value | None:
        if name == "join" and receiver.items is not None and len(args) < 2:  # noqa: PLR2004  # JavaScript's
            return self.bounded(
                (args[0].text if args else ",").join(one.text for one in receiver.items), tags
            )
        if name == "join" and isinstance(receiver.const, str) and args and args[0].items:
            return self.bounded(receiver.const.join(one.text for one in args[0].items), tags)
        if name == "format" and isinstance(receiver.const, str):
            given = iter([one.text for one in args])
            return Value(_FIELD.sub(lambda _: next(given, HOLE), receiver.const), tags=tags)
        if (
            name in {"encode", "decode", "strip", "replace", "lower", "toString", "trim"}
            and not receiver.path
        ):
            return Value(receiver.const, tags=tags)
        return None

    def _list_method(self, receiver: Value, name: str, args: list[Value]) -> Value | None:
        items = receiver.items
        if items is None:
            return None
        if name in {"append", "push", "add", "unshift"} and len(items) < LONGEST:
            items.extend(args)
            return NOTHING
        if name in {"extend", "update", "concat"} and args:
            more = list(iterated(args[0]) or [self.one_of(args[0])])
            if name == "concat":
                return Value(items=[*items, *more], tags=receiver.tags | args[0].tags)
            items.extend(more)
            return NOTHING
        if args and args[0].closure:
            return self._over_items(receiver, name, args)
        if name in {"shift", "pop"} and items:
            return items.pop(0 if name == "shift" else -1)
        if name == "reverse":
            items.reverse()
            return receiver.tagged(frozenset({"decoded"}))
        return None

    def _over_bytes(self, receiver: Value, closure: Closure) -> Value:
        """A function of each byte of a buffer, which gives a buffer again."""
        held = [
            self.invoke(closure, [Value(one), Value(place)], {})
            for place, one in enumerate(receiver.const[:50_000])
        ]
        tags = receiver.tags | frozenset({"decoded"})
        try:
            return Value(bytes(int(plain(one)) & 255 for one in held), tags=tags)
        except UNFOLDED:
            return Value(tags=tags)

    def _over_items(self, receiver: Value, name: str, args: list[Value]) -> Value | None:
        """A method that runs a function over items."""
        items, closure = (receiver.items or [])[:20_000], args[0].closure
        if closure is None:
            return None
        if name in {"map", "forEach", "filter", "some", "every", "find", "flatMap"}:
            results = [self.invoke(closure, [one, Value(place)], {}) for place, one in enumerate(items)]
            return Value(items=results if name == "map" else list(items), tags=receiver.tags)
        if name == "reduce":
            total = args[1] if len(args) > 1 else NOTHING
            for place, one in enumerate(items):
                total = self.invoke(closure, [total, one, Value(place)], {})
            return total
        return None

    def _table_method(self, receiver: Value, name: str, args: list[Value]) -> Value | None:
        fields = receiver.fields or {}
        if name in {"get", "pop", "setdefault"} and args:
            return merged([self.item(receiver, args[0]), *args[1:2]])
        if name in {"items", "entries"}:
            return Value(
                items=[Value(items=[lifted(key), one]) for key, one in fields.items()], tags=receiver.tags
            )
        if name == "values":
            return Value(items=list(fields.values()), tags=receiver.tags)
        if name == "keys":
            return Value(items=[lifted(key) for key in fields], tags=receiver.tags)
        if name == "update" and args and args[0].fields:
            fields.update(args[0].fields)
            return NOTHING
        if name in {"update", "set"} and args:
            fields[HOLE] = args[-1]
            return NOTHING
        return None

    def invoke(self, closure: Closure, args: list[Value], words: Mapping[str, Value]) -> Value:
        """Follow a function of the package. Where the bounds forbid it, only the origins of its arguments are kept."""
        node = closure.node
        key = (
            id(node),
            0
            if node.params or node.name
            else closure.scope.serial,  # what takes nothing gives what is around it
            self.trigger,
            self.layer,
            *(_summary(arg) for arg in [*args, *words.values()]),
        )
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        known = all(arg.known for arg in args) and bool(args)
        if not self._followed(node, known=known):
            self._ran.add(id(node))
            return Value(tags=frozenset(tag for arg in [*args, *words.values()] for tag in all_tags(arg)))
        self._ran.add(id(node))
        self._times[id(node)] = self._times.get(id(node), 0) + 1
        self._active.append(id(node))
        self.returned.append([])
        was, self.member_name = self.member_name, closure.file
        try:
            inner = Scope(closure.scope, node.outer)
            self.bind(closure, args, words, inner)
            self.inside.append(node)
            self.hoisted(node.body, inner)
            self.execute(node.body, inner)
        finally:
            if self.inside and self.inside[-1] is node:
                self.inside.pop()
            self.member_name = was
            self._active.pop()
            results = self.returned.pop()
        result = merged(results) if results else NOTHING
        if not any(arg.fields is not None or arg.items is not None for arg in args):
            self._kept[key] = result
        return result

    def _followed(self, node: s.Func, *, known: bool) -> bool:
        """Whether a call is worth following: what only somebody else would call is not followed far."""
        called = self.trigger is Trigger.CALLED
        times = self._times.get(id(node), 0)
        if known and not called:
            return len(self._active) < _DEPTH
        if not node.matters and not known:
            return False
        deep, often = (_CALLED_DEPTH, _CALLED_TIMES) if called and not known else (_DEPTH, _TIMES)
        return len(self._active) < deep and times < often and self._active.count(id(node)) < _SAME

    def hoisted(self, body: list[s.Node], scope: Scope) -> None:
        """Functions that are known before the first statement, where the language has such."""
        if not self.dialect.self_is_first:
            for node in body:
                if isinstance(node, s.Func) and node.bound:
                    closure = Closure(node, scope, self.member_name)
                    scope.names[node.name] = Value(closure=closure)

    def instantiate(self, kind: Value, args: list[Value], words: Mapping[str, Value]) -> Value:
        """Make an object of a class of the package."""
        made = kind.kind.instance if kind.kind else None
        if made is None:
            return NOTHING
        for name in ("__init__", "constructor", "__new__", "__post_init__", "__del__"):
            method = self.of_class(made, name)
            if method is not None and method.closure is not None:
                self.invoke(method.closure, args, words)
        if (args or words) and self.of_class(made, "__init__") is None and self.dialect.self_is_first:
            made.tags |= tags_of([*args, *words.values()])  # a data class holds what it is given
        return made

    def has_run(self, closure: Closure) -> bool:
        """Whether a function was followed."""
        return id(closure.node) in self._ran or not closure.node.matters

    def rest(self) -> None:
        """Functions that nobody called here: somebody else may."""
        was, self.trigger = self.trigger, Trigger.CALLED
        self.resting = True
        try:
            for _ in range(20):
                left = [
                    closure
                    for closure in self.waiting
                    if closure.node.matters and id(closure.node) not in self._ran
                ]
                self.waiting = []
                if not left:
                    return
                for closure in left:
                    if id(closure.node) not in self._ran:
                        self.invoke(closure, [], {})
        finally:
            self.trigger, self.resting = was, False


def _summary(value: Value) -> Any:
    if value.closure is not None or value.fields is not None or value.items is not None:
        return id(value)
    const = value.const
    if isinstance(const, str | bytes | int | float | bool):
        const = (type(const), const)
    elif const is not UNSET_CONST:
        const = None
    return (const, value.path, value.tags, id(value.kind) if value.kind else 0, len(value.ways))


_METHOD = "operator.methodcaller()"
_BASES = frozenset({"__base__", "__bases__", "__mro__"})
_MADE = frozenset({"functools.partial()", _METHOD, "operator.attrgetter()"})
"""Callables that are made of others: their items are what they were made of."""
_FIELD = re.compile(r"\{[^{}]{0,40}\}")
_DECODING = frozenset({"translate", "fromhex", "swapcase"})
