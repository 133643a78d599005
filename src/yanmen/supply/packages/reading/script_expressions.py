"""Expressions of JavaScript: precedence climbing over tokens."""

from __future__ import annotations

from abc import abstractmethod

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script_cursor import Cursor
from yanmen.supply.packages.reading.script_tokens import Token, template_parts

_ORDER: dict[str, int] = {
    "??": 1, "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "===": 6, "!==": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "instanceof": 7, "in": 7, "<<": 8, ">>": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11,
}  # fmt: skip
_ASSIGNS = frozenset("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=".split())
_PREFIX = frozenset("! ~ + - ++ -- typeof void delete await".split())


class Expressions(Cursor):
    """Reads expressions."""

    @abstractmethod
    def function(self) -> s.Func:
        """``function name(…) {…}``."""

    @abstractmethod
    def parameters(self) -> list[s.Node]:
        """``(a, {b}, ...c)``."""

    @abstractmethod
    def arrow(self) -> s.Node | None:
        """``(…) => …``; None where there is none."""

    @abstractmethod
    def class_(self) -> s.Class:
        """``class Name extends Other {…}``."""

    def bracketed(self) -> s.Node:
        """``( … )``."""
        line = self.token.line
        if not self.accept("("):
            return s.Const(line, None)
        value = self.sequence()
        self.accept(")")
        return value

    def sequence(self, *, no_in: bool = False) -> s.Node:
        """Expressions with commas between; the last is the value."""
        first = self.assignment(no_in=no_in)
        if self.token.value != "," or self.token.kind != "sign":
            return first
        found = [first]
        while self.accept(","):
            found.append(self.assignment(no_in=no_in))
        return s.Item(first.line, s.Seq(first.line, found), s.Const(first.line, len(found) - 1))

    def assignment(self, *, no_in: bool = False) -> s.Node:
        """An expression without commas."""
        with self.deeper():
            arrow = self.arrow()
            if arrow is not None:
                return arrow
            if self.token.value == "yield" and self.token.kind == "name":
                self.next()
                self.accept("*")
                return self.assignment()
            left = self._choice(no_in=no_in)
            operator = self.token.value
            if self.token.kind == "sign" and operator in _ASSIGNS:
                self.next()
                target = as_target(left)
                value = self.assignment(no_in=no_in)
                if operator in {"&&=", "||=", "??="}:
                    return s.Put(left.line, target, s.Either(left.line, [left, value]))
                return s.Put(left.line, target, value, operator[:-1])
            return left

    def _choice(self, *, no_in: bool) -> s.Node:
        test = self._binary(0, no_in=no_in)
        if self.token.value != "?" or self.token.kind != "sign":
            return test
        self.next()
        first = self.assignment()
        self.accept(":")
        return s.Either(test.line, [first, self.assignment(no_in=no_in)], test)

    def _binary(self, least: int, *, no_in: bool) -> s.Node:
        left = self.unary()
        while True:
            operator = self.token.value
            order = _ORDER.get(operator, -1) if self.token.kind in {"sign", "name"} else -1
            if (
                self.token.value in {"as", "satisfies"}
                and self.token.kind == "name"
                and not self.token.after_break
            ):
                self.next()
                self.unary()
                continue
            if order <= least or (no_in and operator == "in"):
                return left
            self.next()
            with self.deeper():
                right = self._binary(order, no_in=no_in)
            if operator in {"||", "&&", "??"}:
                left = s.Either(left.line, [left, right])
            else:
                left = s.Op(left.line, operator, left, right)

    def unary(self) -> s.Node:
        """Prefixes, then what they stand before."""
        token = self.token
        if token.value in _PREFIX and token.kind in {"sign", "name"}:
            self.next()
            with self.deeper():
                of = self.unary()
            if token.value in {"++", "--"}:
                return s.Put(token.line, as_target(of), s.Const(token.line, 1), token.value[0])
            if token.value in {"await", "void", "delete"}:
                return of
            return s.Unary(token.line, "not" if token.value == "!" else token.value, of)
        value = self.postfix(self.primary())
        if self.token.value in {"++", "--"} and not self.token.after_break:
            operator = self.next().value
            return s.Item(
                token.line,
                s.Seq(
                    token.line,
                    [value, s.Put(token.line, as_target(value), s.Const(token.line, 1), operator[0])],
                ),
                s.Const(token.line, 0),
            )
        return value

    def postfix(self, value: s.Node, *, calls: bool = True) -> s.Node:
        """Members, items, calls, templates."""
        while True:
            token = self.token
            if token.kind == "template":
                self.next()
                value = s.Call(token.line, value, [self._template(token)], {})
            elif token.kind != "sign":
                return value
            elif token.value in {".", "?."}:
                self.next()
                if self.token.value in {"[", "("}:
                    continue
                value = s.Attr(token.line, value, self.next().value)
            elif token.value == "[":
                self.next()
                key = self.sequence()
                self.accept("]")
                value = s.Item(token.line, value, key)
            elif token.value == "(" and calls:
                value = s.Call(token.line, value, self.arguments(), {})
            elif (
                token.value == "!"
                and not token.after_break
                and self.ahead().value in {".", "[", ")", ";", ","}
            ):
                self.next()
            else:
                return value

    def arguments(self) -> list[s.Node]:
        """``( … )`` of a call."""
        self.accept("(")
        return self.items(")")

    def items(self, end: str) -> list[s.Node]:
        """Items with commas between, up to a bracket."""
        found: list[s.Node] = []
        while self.token.kind != "end" and not self.accept(end):
            before = self.place
            line = self.token.line
            if self.accept("..."):
                found.append(s.Star(line, self.assignment()))
            elif self.token.value == "," and self.token.kind == "sign":
                if end == "]":
                    found.append(s.Const(line, None))
            else:
                found.append(self.assignment())
            if not self.accept(",") and self.place == before:
                self.next()
        return found

    def primary(self) -> s.Node:
        """A literal, a name, a bracket, a function, a class."""
        token = self.next()
        line = token.line
        if token.kind in {"number", "text"}:
            return s.Const(line, _number(token.value) if token.kind == "number" else token.value)
        if token.kind == "template":
            return self._template(token)
        if token.kind == "regex":
            return s.Call(line, s.Name(line, "RegExp"), [s.Const(line, token.value)], {})
        if token.kind == "name":
            return self._named(token)
        if token.value == "(":
            value = self.sequence() if self.token.value != ")" else s.Const(line, None)
            if self.token.value == ":":
                self.next()
                self.unary()
            self.accept(")")
            return value
        if token.value == "[":
            return s.Seq(line, self.items("]"))
        if token.value == "{":
            return self.table(line)
        return s.Const(line, None)

    def _named(self, token: Token) -> s.Node:
        line = token.line
        if token.value in _LITERALS:
            return s.Const(line, _LITERALS[token.value])
        if token.value == "function" or (token.value == "async" and self.token.value == "function"):
            self.place -= 1
            self.accept("async")
            return self.function()
        if token.value == "class":
            self.place -= 1
            found = self.class_()
            found.bound = False
            return found
        if token.value == "new":
            if self.accept("."):
                self.next()
                return s.Name(line, "new.target")
            made = self.postfix(self.unary_name(), calls=False)
            args = self.arguments() if self.token.value == "(" else []
            return s.Call(line, made, args, {})
        return s.Name(line, token.value)

    def unary_name(self) -> s.Node:
        """What is made by ``new``."""
        with self.deeper():
            return self.primary()

    def _template(self, token: Token) -> s.Node:
        parts: list[s.Node] = []
        for kind, text in template_parts(token.value):
            if kind == "text":
                parts.append(s.Const(token.line, text))
            else:
                with self.deeper():
                    parts.append(type(self)(text, deep=self.deep, line=token.line - 1).sequence())
        return s.Joined(token.line, parts)

    def table(self, line: int) -> s.Node:
        """``{ … }`` of an object, after its brace."""
        pairs: list[tuple[s.Node | None, s.Node]] = []
        while self.token.kind != "end" and not self.accept("}"):
            before = self.place
            if self.accept("..."):
                pairs.append((None, self.assignment()))
            else:
                pairs.append(self._pair())
            if not self.accept(",") and self.place == before:
                self.next()
        return s.Table(line, pairs)

    def _pair(self) -> tuple[s.Node | None, s.Node]:
        line = self.token.line
        while self.token.value in {"async", "get", "set", "static", "*"} and self.ahead().value not in {
            ",",
            ":",
            "(",
            "}",
            "=",
        }:
            self.next()
        key = self.key()
        if self.token.value == "(":
            params, body = self.parameters(), self.block()
            return key, s.Func(line, "", params, body)
        if self.accept(":"):
            return key, self.assignment()
        name = str(key.value) if isinstance(key, s.Const) else ""
        if self.accept("="):
            return key, s.Either(line, [s.Name(line, name), self.assignment()])
        return key, s.Name(line, name)

    def key(self) -> s.Node:
        """The name of a member."""
        token = self.next()
        if token.value == "[" and token.kind == "sign":
            key = self.assignment()
            self.accept("]")
            return key
        if token.kind == "number":
            return s.Const(token.line, _number(token.value))
        return s.Const(token.line, token.value)


_LITERALS: dict[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": None,
    "NaN": None,
    "Infinity": None,
}


def _number(text: str) -> object:
    plain = text.replace("_", "").rstrip("n")
    try:
        if plain[:2].lower() in {"0x", "0b", "0o"}:
            return int(plain, 0)
        number = float(plain)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    except (ValueError, OverflowError):
        return None


def as_target(node: s.Node) -> s.Node:
    """A table or sequence that is assigned to binds its values."""
    if isinstance(node, s.Put) and not node.op:
        return s.Either(node.line, [as_target(node.target), node.value])
    if isinstance(node, s.Table):
        return s.Table(node.line, [(key, as_target(value)) for key, value in node.pairs])
    if isinstance(node, s.Seq):
        return s.Seq(node.line, [as_target(one) for one in node.items])
    return node
