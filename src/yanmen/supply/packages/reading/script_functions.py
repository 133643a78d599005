"""Functions and classes of JavaScript, and what their parameters bind."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script_expressions import Expressions, as_target

_MODIFIERS = frozenset(
    "static async get set public private protected readonly abstract declare override * accessor".split()
)


class Functions(Expressions):
    """Reads functions and classes."""

    def function(self) -> s.Func:
        """``function name(…) {…}``."""
        line = self.token.line
        self.accept("function")
        self.accept("*")
        name = self.next().value if self.token.kind == "name" else ""
        params = self.parameters()
        return s.Func(line, name, params, self.block())

    def parameters(self) -> list[s.Node]:
        """``(a, {b}, ...c)``, types passed over."""
        found: list[s.Node] = []
        if self.token.value == "<":
            while self.token.kind != "end" and self.token.value != "(":
                self.next()
        self.accept("(")
        while self.token.kind != "end" and not self.accept(")"):
            before = self.place
            line = self.token.line
            star = self.accept("...")
            target = self.target()
            if self.accept("="):
                target = s.Either(line, [target, self.assignment()])
            found.append(s.Star(line, target) if star else target)
            if not self.accept(",") and self.place == before:
                self.next()
        self.pass_type(frozenset({"{", "=>"}))
        return found

    def pass_type(self, ends: frozenset[str]) -> None:
        """Pass over a type of TypeScript."""
        if self.token.value != ":" or self.token.kind != "sign":
            return
        self.next()
        if self.token.value == "{":
            self.braces()
        while self.token.kind != "end" and self.token.value not in ends | {";", ")", ",", "="}:
            if self.token.value in {"(", "["}:
                self.braces()
            else:
                self.next()

    def target(self) -> s.Node:
        """What a declaration binds."""
        token = self.next()
        if token.value == "{" and token.kind == "sign":
            found: s.Node = as_target(self.table(token.line))
        elif token.value == "[" and token.kind == "sign":
            found = as_target(s.Seq(token.line, self.items("]")))
        else:
            found = s.Name(token.line, token.value)
        self.accept("?")
        self.pass_type(frozenset({"of", "in"}))
        return found

    def arrow(self) -> s.Node | None:
        """An arrow function, where one begins here."""
        start = self.place
        token = self.token
        ahead = 0
        if (
            token.value == "async"
            and token.kind == "name"
            and (self.ahead().value == "(" or self.ahead(2).value == "=>")
        ):
            ahead = 1
        first = self.ahead(ahead) if ahead else token
        if (
            first.kind == "name"
            and self.ahead(ahead + 1).value == "=>"
            and self.ahead(ahead + 1).kind == "sign"
        ):
            self.next(ahead + 1)
            return self._arrow_body([s.Name(first.line, first.value)], first.line)
        if first.value != "(" or first.kind != "sign" or not self._closes_with_arrow(self.place + ahead):
            return None
        self.next(ahead)
        params = self.parameters()
        if self.token.value != "=>":
            self.place = start
            return None
        return self._arrow_body(params, token.line)

    def _closes_with_arrow(self, at: int) -> bool:
        depth = 0
        for place in range(at, min(at + 400, len(self.tokens) - 1)):
            token = self.tokens[place]
            if token.kind == "sign":
                depth += (token.value in {"(", "[", "{"}) - (token.value in {")", "]", "}"})
                if depth == 0:
                    return (
                        self.tokens[place + 1].value in {"=>", ":"} and self.tokens[place + 1].kind == "sign"
                    )
        return False

    def _arrow_body(self, params: list[s.Node], line: int) -> s.Node:
        self.accept("=>")
        if self.token.value == "{":
            return s.Func(line, "", params, self.block())
        return s.Func(line, "", params, [s.Ret(line, self.assignment())])

    def class_(self) -> s.Class:
        """``class Name extends Other {…}``."""
        line = self.token.line
        self.accept("class")
        name = self.next().value if self.token.kind == "name" and self.token.value != "extends" else ""
        bases: list[s.Node] = []
        if self.accept("extends"):
            bases.append(self.postfix(self.primary()))
        while self.token.kind != "end" and self.token.value != "{":
            self.next()
        self.accept("{")
        body: list[s.Node] = []
        while self.token.kind != "end" and not self.accept("}"):
            before = self.place
            body.extend(self._member())
            if self.place == before:
                self.next()
        return s.Class(line, name, bases, body, bound=bool(name))

    def _member(self) -> list[s.Node]:
        line = self.token.line
        if self.accept(";"):
            return []
        while self.token.value in _MODIFIERS and self.ahead().value not in {"(", "=", ";", "}"}:
            self.next()
        if self.token.value == "{":
            return self.block()
        key = self.key()
        name = str(key.value) if isinstance(key, s.Const) else ""
        self.accept("?")
        if self.token.value in {"(", "<"}:
            params = self.parameters()
            return [s.Func(line, name, params, self.block(), bound=True)] if self.token.value == "{" else []
        self.pass_type(frozenset({"="}))
        if self.accept("="):
            value = self.assignment()
            self.accept(";")
            return [s.Put(line, s.Name(line, name), value)]
        return []
