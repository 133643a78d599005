"""Walks through code with abstract values. Nothing is run: constants are computed by tables, the rest is followed by origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.binding import Binder, key_of
from yanmen.supply.packages.reading.effects import Trigger
from yanmen.supply.packages.reading.stalling import stalls
from yanmen.supply.packages.reading.values import (
    NOTHING,
    Closure,
    Kind,
    Scope,
    Value,
    all_tags,
    iterated,
    lifted,
    merged,
    plain,
)

_ROUNDS = 4_000
"""Times a loop over constants is followed."""
_TURNED = 2
"""Characters up to which a text that is read backwards hides nothing."""
_UNKNOWN_ROUNDS = 64
"""Times a loop over items that are not all known is followed."""


class Machine(Binder):
    """Statements and expressions. One machine reads one package."""

    def evaluate(self, node: s.Node, scope: Scope) -> Value:
        """What is known of an expression's value."""
        self.step()
        found = self._EXPRESSIONS.get(type(node))
        if found is not None:
            return found(self, node, scope)
        self.execute([node], scope)
        return NOTHING

    def execute(self, body: list[s.Node], scope: Scope) -> str:
        """Statements in order; ``return``, ``break`` or ``continue`` where one of them ends the rest."""
        for node in body:
            self.step()
            found = self._STATEMENTS.get(type(node))
            if found is None:
                self.dropped(node)
                self.evaluate(node, scope)
            elif left := found(self, node, scope):
                return left
        return ""

    # Statements.

    def _put(self, node: s.Put, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        if node.op:
            value = self.operate(node.op, self.evaluate(node.target, scope), value)
        self.assign(node.target, value, scope)
        return value

    def _statement_put(self, node: s.Put, scope: Scope) -> str:
        self._put(node, scope)
        return ""

    def _if(self, node: s.If, scope: Scope) -> str:
        test = self.evaluate(node.test, scope)
        if test.known and not test.tags:
            return self.execute(node.then if test.const else node.other, scope)
        before = dict(scope.names)
        first = self.execute(node.then, scope)
        then = scope.names
        scope.names = before
        second = self.execute(node.other, scope)
        for name, value in then.items():
            other = scope.names.get(name)
            if other is not value:
                scope.names[name] = merged([value, other]) if other is not None else value
        return first if first == second else ""

    def _loop(self, node: s.Loop, scope: Scope) -> str:
        if node.target is None or node.over is None:
            return self._while(node, scope)
        over = self.evaluate(node.over, scope)
        items = iterated(over)
        if items is None:
            self.assign(node.target, self.one_of(over), scope)
            self.execute(node.body, scope)
            return ""
        for rounds, item in enumerate(items, 1):
            self.assign(node.target, item, scope)
            left = self.execute(node.body, scope)
            if left == "return":
                return left
            if left == "break" or rounds >= (_ROUNDS if item.known else _UNKNOWN_ROUNDS):
                break
        return ""

    def _while(self, node: s.Loop, scope: Scope) -> str:
        if self.trigger >= Trigger.IMPORT and stalls(node):
            self.emit("stalls", "loop", node.line)
        for _ in range(_ROUNDS):
            test = self.evaluate(node.test, scope) if node.test is not None else NOTHING
            if test.known and not test.const:
                break
            endless = test.known and isinstance(node.test, s.Const)
            left = self.execute(node.body, scope)
            if left in {"return", "break"}:
                return left if left == "return" else ""
            if not test.known or endless:
                break
        return ""

    def _func(self, node: s.Func, scope: Scope) -> Value:
        closure = Closure(node, scope, self.member_name)
        value = Value(closure=closure)
        self.made(closure)
        if node.bound:
            scope.put(node.name, value, outward=False)
        elif node.name:
            scope.names.setdefault(node.name, value)
        return value

    def _statement_func(self, node: s.Func, scope: Scope) -> str:
        self._func(node, scope)
        return ""

    def _class(self, node: s.Class, scope: Scope) -> Value:
        kind = Kind(node, tuple(self.evaluate(base, scope) for base in node.bases), self.member_name)
        value = Value(kind=kind)
        if node.bound:
            scope.put(node.name, value, outward=False)
        inner = Scope(scope)
        self.execute(node.body, inner)
        kind.methods = inner.names
        kind.instance = Value(kind=kind, fields={})
        for base in kind.bases:
            made = self.of_class(base, "__init_subclass__")
            if made is not None and made.closure is not None:
                self.invoke(made.closure, [], {})
        for method in inner.names.values():
            if method.closure is not None:
                method.closure.of = kind.instance
                method.closure.scope = scope if self.dialect.self_is_first else inner
        self.defined(value)
        return value

    def _statement_class(self, node: s.Class, scope: Scope) -> str:
        self._class(node, scope)
        return ""

    def _ret(self, node: s.Ret, scope: Scope) -> str:
        value = self.evaluate(node.value, scope) if node.value is not None else NOTHING
        if self.returned:
            self.returned[-1].append(value)
        return "return"

    def _give(self, node: s.Give, scope: Scope) -> Value:
        value = self.evaluate(node.of, scope)
        if self.returned:
            given = next((one for one in self.returned[-1] if one.path == "generator()"), None)
            if given is None:
                given = Value(path="generator()", items=[])
                self.returned[-1].append(given)
            if given.items is not None and len(given.items) < _UNKNOWN_ROUNDS:
                given.items.append(value)
        return NOTHING

    def _block(self, node: s.Block, scope: Scope) -> str:
        return self.execute(node.body, scope)

    def _leave(self, node: s.Leave, scope: Scope) -> str:
        del scope
        return node.how

    def _import(self, node: s.Import, scope: Scope) -> str:
        if node.member == "*":
            module = self.module(node.module)
            for name, value in (module.fields or {}).items():
                scope.names.setdefault(str(name), value)
            return ""
        self.brought(node.member or node.module, "import", node.line)
        value = self.module(node.module, node.member)
        scope.put(node.bound, value, outward=False)
        return ""

    # Expressions.

    def _const(self, node: s.Const, scope: Scope) -> Value:
        del scope
        return lifted(node.value)

    def _name(self, node: s.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        if found is not None:
            return found
        path = self.dialect.builtin(node.id)
        return self.library(path) if path else NOTHING

    def _attr(self, node: s.Attr, scope: Scope) -> Value:
        return self.member(self.evaluate(node.of, scope), node.name)

    def _item(self, node: s.Item, scope: Scope) -> Value:
        of = self.evaluate(node.of, scope)
        if isinstance(node.key, s.Cut):
            return self._cut(of, node.key, scope)
        return self.item(of, self.evaluate(node.key, scope), node.line)

    def _cut(self, of: Value, node: s.Cut, scope: Scope) -> Value:
        parts = [
            self.evaluate(part, scope) if part else Value(None) for part in (node.low, node.high, node.step)
        ]
        try:
            cut = slice(*(plain(part) for part in parts))
            if of.items is not None:
                return Value(items=of.items[cut], tags=of.tags)
            const = plain(of)
            hidden = frozenset({"decoded"}) if cut.step == -1 and len(const) > _TURNED else frozenset()
            return lifted(const[cut], of.tags | hidden)
        except (ValueError, TypeError):
            return Value(tags=of.tags)

    def _op(self, node: s.Op, scope: Scope) -> Value:
        return self.operate(node.op, self.evaluate(node.left, scope), self.evaluate(node.right, scope))

    def _unary(self, node: s.Unary, scope: Scope) -> Value:
        value = self.evaluate(node.of, scope)
        try:
            return lifted(self.dialect.operate(f"unary{node.op}", plain(value), None))
        except (ValueError, TypeError, OverflowError, KeyError):
            return NOTHING

    def _joined(self, node: s.Joined, scope: Scope) -> Value:
        parts = [self.evaluate(part, scope) for part in node.parts]
        tags = frozenset(tag for part in parts for tag in all_tags(part))
        return self.bounded("".join(part.text for part in parts), tags)

    def _seq(self, node: s.Seq, scope: Scope) -> Value:
        items: list[Value] = []
        tags: frozenset[str] = frozenset()
        for part in node.items:
            if isinstance(part, s.Star):
                of = self.evaluate(part.of, scope)
                more = iterated(of)
                tags |= of.tags
                items.extend(more if more is not None else [self.one_of(of)])
            else:
                items.append(self.evaluate(part, scope))
        return Value(items=items, tags=tags)

    def _table(self, node: s.Table, scope: Scope) -> Value:
        fields: dict[Any, Value] = {}
        tags: frozenset[str] = frozenset()
        for key, part in node.pairs:
            value = self.evaluate(part, scope)
            if key is None:
                tags |= all_tags(value)
                fields.update(value.fields or {})
            else:
                name = key_of(self.evaluate(key, scope))
                self.field(name, value, node.line)
                fields[name] = value
        result = Value(fields=fields, tags=tags)
        for value in fields.values():
            if value.closure is not None and value.closure.of is None and not self.dialect.self_is_first:
                value.closure.of = result
        return result

    def _either(self, node: s.Either, scope: Scope) -> Value:
        if node.test is not None:
            test = self.evaluate(node.test, scope)
            if test.known and not test.tags:
                return self.evaluate(node.ways[0 if test.const else 1], scope)
        return merged([self.evaluate(way, scope) for way in node.ways])

    def _each(self, node: s.Each, scope: Scope) -> Value:
        inner = Scope(scope)
        over = self.evaluate(node.over, inner)
        known = iterated(over)
        found: list[Value] = []
        fields: dict[Any, Value] = {}
        items: Iterator[Value] = known if known is not None else iter([self.one_of(over)])
        for item in items:
            self.assign(node.target, item, inner)
            tests = [self.evaluate(test, inner) for test in node.tests]
            if any(test.known and not test.const for test in tests):
                continue
            value = self.evaluate(node.element, inner)
            if node.key is not None:
                fields[key_of(self.evaluate(node.key, inner))] = value
            elif node.flat:
                found.extend(value.items or [])
            else:
                found.append(value)
        if node.key is not None:
            return Value(fields=fields, tags=over.tags)
        if known is None:
            return Value(
                tags=over.tags | frozenset(tag for one in found for tag in all_tags(one)), items=None
            )
        return Value(items=found, tags=over.tags)

    def _call(self, node: s.Call, scope: Scope) -> Value:
        fn = self.evaluate(node.fn, scope)
        args: list[Value] = []
        for arg in node.args:
            if isinstance(arg, s.Star):
                of = self.evaluate(arg.of, scope)
                more = iterated(of)
                args.extend(more if more is not None else [Value(tags=of.tags)])
            else:
                args.append(self.evaluate(arg, scope))
        words = {name: self.evaluate(word, scope) for name, word in node.words.items()}
        return self.call(fn, args, words, node.line, scope)

    def run_module(self, member: str, body: list[s.Node], scope: Scope, trigger: Trigger) -> None:
        """A module from its first statement to its last."""
        was = (self.member_name, self.trigger)
        self.member_name, self.trigger = member, trigger
        try:
            self.top = scope
            self.hoisted(body, scope)
            self.execute(body, scope)
        finally:
            self.member_name, self.trigger = was

    _EXPRESSIONS: ClassVar[dict[type, Callable[[Any, Any, Scope], Value]]] = {
        s.Const: _const, s.Name: _name, s.Attr: _attr, s.Item: _item, s.Op: _op, s.Unary: _unary, s.Joined: _joined, s.Seq: _seq,
        s.Table: _table, s.Either: _either, s.Each: _each, s.Call: _call, s.Give: _give, s.Func: _func, s.Class: _class,
        s.Put: _put, s.Star: lambda machine, node, scope: machine.evaluate(node.of, scope),
    }  # fmt: skip
    _STATEMENTS: ClassVar[dict[type, Callable[[Any, Any, Scope], str]]] = {
        s.Put: _statement_put, s.If: _if, s.Loop: _loop, s.Func: _statement_func, s.Class: _statement_class, s.Ret: _ret,
        s.Block: _block, s.Leave: _leave, s.Import: _import,
    }  # fmt: skip
