"""JavaScript and TypeScript, read as the small language. A forgiving reader: what it cannot place it passes over."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script_functions import Functions

_WORDS = frozenset("const let var".split())
_ENDLESS = 2_000_000


class Script(Functions):
    """Statements."""

    def program(self) -> list[s.Node]:
        """All statements to the end. Raises ValueError where nothing can be read."""
        found: list[s.Node] = []
        while self.token.kind != "end":
            before = self.place
            found.extend(self.statement())
            if self.place == before:
                self.next()
        return found

    def block(self) -> list[s.Node]:
        """``{ … }``, or one statement."""
        if not self.accept("{"):
            return self.statement()
        found: list[s.Node] = []
        while self.token.kind != "end" and not self.accept("}"):
            before = self.place
            found.extend(self.statement())
            if self.place == before:
                self.next()
        return found

    def statement(self) -> list[s.Node]:
        """One statement, as none, one or several nodes."""
        with self.deeper():
            token = self.token
            if token.kind == "sign":
                if token.value == "{":
                    return [s.Block(token.line, self.block())]
                if token.value == ";":
                    self.next()
                    return []
                if token.value == "@":
                    self.next()
                    self.unary()
                    return []
            handler = (
                getattr(self, f"_{token.value}", None)
                if token.kind == "name" and token.value in _KEYWORDS
                else None
            )
            if handler is not None and not (
                token.value in {"async", "import", "type", "let", "enum"} and not self._declares()
            ):
                found: list[s.Node] = handler()
                return found
            if token.kind == "name" and self.ahead().value == ":" and token.value not in {"default", "case"}:
                self.next(2)
                return self.statement()
            value = self.sequence()
            self.accept(";")
            return [value]

    def _declares(self) -> bool:
        word, following = self.token.value, self.ahead()
        if word == "async":
            return following.value == "function"
        if word == "import":
            return following.value not in {"(", "."}
        return following.kind == "name" or following.value in {"{", "["}

    def _var(self) -> list[s.Node]:
        self.next()
        found: list[s.Node] = []
        while True:
            target = self.target()
            line = self.token.line
            if self.accept("="):
                found.append(s.Put(line, target, self.assignment()))
            elif isinstance(target, s.Name):
                found.append(s.Put(line, target, s.Const(line, None)))
            if self.token.value in {"of", "in"} and self.token.kind == "name":
                return [s.Put(line, target, target)]
            if not self.accept(","):
                break
        self.accept(";")
        return found

    _const = _let = _var

    def _enum(self) -> list[s.Node]:
        self.next(2)
        self.braces()
        return []

    def _interface(self) -> list[s.Node]:
        while self.token.kind != "end" and self.token.value != "{":
            self.next()
        self.braces()
        return []

    def _type(self) -> list[s.Node]:
        while (
            self.token.kind != "end"
            and self.token.value != ";"
            and not (self.token.after_break and self.token.value != "|")
        ):
            if self.token.value == "{":
                self.braces()
            else:
                self.next()
        return []

    def _function(self) -> list[s.Node]:
        found = self.function()
        found.bound = bool(found.name)
        return [found]

    def _async(self) -> list[s.Node]:
        self.next()
        return self._function()

    def _class(self) -> list[s.Node]:
        return [self.class_()]

    def _if(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        test = self.bracketed()
        then = self.block()
        other = self.block() if self.accept("else") else []
        return [s.If(line, test, then, other)]

    def _while(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        test = self.bracketed()
        return [s.Loop(line, None, None, test, self.block())]

    def _do(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        body = self.block()
        test: s.Node | None = None
        if self.accept("while"):
            test = self.bracketed()
        return [*body, s.Loop(line, None, None, test, body)] if test else body

    def _for(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        self.accept("await")
        self.accept("(")
        start: list[s.Node] = []
        if self.token.value in _WORDS:
            start = self._var()
        elif self.token.value != ";":
            start = [self.sequence(no_in=True)]
            self.accept(";")
        else:
            self.next()
        if self.token.value in {"of", "in"}:
            keys = self.token.value == "in"
            self.next()
            over = self.sequence()
            self.accept(")")
            target = (
                start[0].target
                if start and isinstance(start[0], s.Put)
                else start[0]
                if start
                else s.Name(line, "")
            )
            if keys:
                over = s.Call(line, s.Name(line, "\x00keys"), [over], {})
            return [s.Loop(line, target, over, None, self.block())]
        test = None if self.token.value == ";" else self.sequence()
        self.accept(";")
        after: list[s.Node] = [] if self.token.value == ")" else [self.sequence()]
        self.accept(")")
        return [*start, s.Loop(line, None, None, test, [*self.block(), *after])]

    def _try(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        found = self.block()
        if self.accept("catch"):
            if self.token.value == "(":
                self.bracketed()
            found = [*found, s.If(line, s.Name(line, "\x00caught"), self.block(), [])]
        if self.accept("finally"):
            found = [*found, *self.block()]
        return [s.Block(line, found)]

    def _switch(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        subject = self.bracketed()
        self.accept("{")
        found: list[s.Node] = [subject]
        body: list[s.Node] = []
        while self.token.kind != "end" and not self.accept("}"):
            before = self.place
            if self.accept("case"):
                self.sequence()
                self.accept(":")
            elif self.accept("default"):
                self.accept(":")
            else:
                body.extend(self.statement())
            if self.place == before:
                self.next()
            if body:
                found.append(s.If(line, s.Name(line, "\x00matched"), body, []))
                body = []
        return found

    def _return(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        if self.token.after_break or self.token.value in {";", "}"} or self.token.kind == "end":
            self.accept(";")
            return [s.Ret(line, None)]
        value = self.sequence()
        self.accept(";")
        return [s.Ret(line, value)]

    def _throw(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        value = self.sequence()
        self.accept(";")
        return [value, s.Ret(line, None)]

    def _break(self) -> list[s.Node]:
        token = self.token
        self.next()
        if self.token.kind == "name" and not self.token.after_break:
            self.next()
        self.accept(";")
        return [s.Leave(token.line, token.value)]

    _continue = _break

    def _import(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        if self.token.kind == "text":
            module = self.next().value
            return [s.Import(line, module, "", "\x00module")]
        bound = self._imported()
        self.accept("from")
        module = self.next().value
        self.accept(";")
        return [s.Import(line, module, member, name) for member, name in bound]

    def _imported(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        while self.token.kind != "end" and not (self.token.value == "from" and self.ahead().kind == "text"):
            if self.accept("*"):
                self.accept("as")
                found.append(("", self.next().value))
            elif self.accept("{"):
                while self.token.kind != "end" and not self.accept("}"):
                    name = self.next().value
                    alias = self.next().value if self.accept("as") else name
                    if name != ",":
                        found.append((name, alias))
            elif self.token.kind == "name":
                found.append(("default", self.next().value))
            else:
                self.next()
        return found

    def _export(self) -> list[s.Node]:
        line = self.token.line
        self.next()
        if self.accept("default"):
            if self.token.value in {"function", "class", "async"}:
                return self.statement()
            value = self.assignment()
            return [s.Put(line, s.Attr(line, s.Name(line, "exports"), "default"), value)]
        if self.token.value in {"{", "*"}:
            while self.token.kind != "end" and self.token.value != ";" and self.token.kind != "text":
                if self.token.value == "}" and self.ahead().value != "from":
                    self.next()
                    return []
                self.next()
            return [s.Import(line, self.next().value, "", "\x00module")] if self.token.kind == "text" else []
        found = self.statement()
        names = [
            one.target.id
            if isinstance(one, s.Put) and isinstance(one.target, s.Name)
            else one.name
            if isinstance(one, s.Func | s.Class)
            else ""
            for one in found
        ]
        return [
            *found,
            *(
                s.Put(line, s.Attr(line, s.Name(line, "exports"), name), s.Name(line, name))
                for name in names
                if name
            ),
        ]


_KEYWORDS = frozenset(
    "var const let function async class if while do for try switch return throw break continue import export enum "
    "interface type".split()
)
