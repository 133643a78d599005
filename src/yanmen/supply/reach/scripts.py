"""What JavaScript and TypeScript import, by a bounded reader of their tokens; nothing is followed into packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from yanmen.supply.documents.text import decoded
from yanmen.supply.reach.own import Sources
from yanmen.supply.walk import UnreadError

ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro")
_FILES = 20_000
_LARGEST = 4 << 20
_MOST = 2_000_000
"""Tokens of one file."""
_PLAIN = re.compile(
    r"""(?P<space>\s+)|(?P<line>//[^\n]*)|(?P<block>/\*)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<word>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)|(?P<other>.)""",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n]){0,500}+\]){1,1000}+/[a-z]{0,10}")
"""Bounded, and it never goes back: a longer one is read as marks."""
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%<>~^") | {
    "",
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "do",
    "else",
    "void",
    "delete",
}
_TEST = re.compile(r"(?:^|/)(?:__tests__|tests?|spec)/|\.(?:test|spec)\.[cm]?[jt]sx?$")


class Token(NamedTuple):
    """A word, a mark, or (``text``) a string without its quotation marks."""

    kind: str
    value: str
    line: int


class Imported(NamedTuple):
    """One import."""

    name: str
    """As written; empty: made at run time."""
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Comments and regular expressions left out; a template literal without values is a string, one with values is ``template``."""
    reader = _Reader(text)
    for _ in range(_MOST):
        if reader.place >= len(text):
            return
        yield from reader.step()


class _Reader:
    """Where the reader stands, what stood before, and how many braces are open in each value of a template."""

    def __init__(self, text: str) -> None:
        self._text, self.place, self._line = text, 0, 1
        self._before = ""
        self._braces: list[int] = []

    def step(self) -> Iterator[Token]:
        """One token, or none where it is space."""
        letter = self._text[self.place]
        if letter == "`" or (letter == "}" and self._braces and self._braces[-1] == 0):
            yield from self._template(letter)
        elif (
            letter == "/"
            and self._before in _BEFORE_REGEX
            and (found := _REGEX.match(self._text, self.place))
        ):
            self.place, self._before = found.end(), "/"
        elif matched := _PLAIN.match(self._text, self.place):
            yield from self._plain(matched)

    def _move(self, end: int) -> None:
        self._line += self._text.count("\n", self.place, end)
        self.place = end

    def _template(self, letter: str) -> Iterator[Token]:
        start, line = self.place + 1, self._line
        end, opened = _template(self._text, start)
        if letter == "}":
            self._braces.pop()
        if opened:
            self._braces.append(0)
        if letter == "`":
            yield Token("template", "", line) if opened else Token("text", self._text[start : end - 1], line)
        self._before = "{" if opened else "`"
        self._move(end)

    def _plain(self, matched: re.Match[str]) -> Iterator[Token]:
        kind, value, end = matched.lastgroup, matched[0], matched.end()
        if kind == "block":
            close = self._text.find("*/", end)
            end = close + 2 if close >= 0 else len(self._text)
        elif kind not in {"space", "line"}:
            if self._braces and value in {"{", "}"}:
                self._braces[-1] += 1 if value == "{" else -1
            yield (
                Token("text", value[1:-1], self._line)
                if kind == "string"
                else Token("token", value, self._line)
            )
            self._before = "'" if kind == "string" else value
        self._move(end)


def _template(text: str, place: int) -> tuple[int, bool]:
    """Where a stretch of a template literal ends, and whether a value opens there."""
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 2
        elif letter == "`":
            return place + 1, False
        elif letter == "$" and text[place + 1 : place + 2] == "{":
            return place + 2, True
        else:
            place += 1
    return len(text), False


def imports(text: str) -> Iterator[Imported]:
    """Every import of a script; those of types only are no import at run time."""
    held = list(tokens(text))
    for number, (kind, value, line) in enumerate(held):
        if (
            kind != "token"
            or value not in {"import", "export", "require"}
            or (number and held[number - 1][1] == ".")
        ):
            continue
        after = held[number + 1 : number + 4]
        if not after:
            return
        if value != "export" and after[0][:2] == ("token", "("):
            yield from _called(after, line)
        elif value == "import" and after[0].kind == "text":
            yield Imported(after[0].value, line)
        elif value != "require" and not (
            after[0].value == "type" and after[1:2] and after[1].value not in {"from", ","}
        ):
            yield from _from(held, number + 1, exported=value == "export")


def _called(after: list[Token], line: int) -> Iterator[Imported]:
    inside = after[1:]
    if not inside or inside[0].value == ")":
        return
    constant = inside[0].kind == "text" and all(one.value in {")", ","} for one in inside[1:])
    yield Imported(inside[0].value if constant else "", line)


def _from(held: list[Token], start: int, *, exported: bool) -> Iterator[Imported]:
    """``… from "x"`` before the statement ends."""
    if exported and held[start].value not in {"{", "*"}:
        return
    for number in range(start, min(start + 5_000, len(held) - 1)):
        kind, value, line = held[number]
        if kind == "token" and value in {";", "(", "="}:
            return
        if (kind, value) == ("token", "from") and held[number + 1].kind == "text":
            yield Imported(held[number + 1].value, line)
            return


def package(name: str) -> str:
    """The package of what is imported: ``@scope/name`` of ``@scope/name/part``; empty: a file, or part of the run time."""
    if name.startswith((".", "/", "#", "node:", "data:", "http:", "https:")) or not name:
        return ""
    return "/".join(name.split("/")[: 2 if name.startswith("@") else 1])


class Scripts:
    """The project's own scripts."""

    def __init__(self, sources: Sources) -> None:
        """Reads each once."""
        self._found: dict[str, tuple[str, ...]] = {}
        self.dynamic: list[str] = []
        self.unread: list[str] = []
        paths = [path for path in sources.files if path.endswith(ENDINGS) and not path.endswith(".min.js")]
        self.count = len(paths)
        for path in sorted(paths[:_FILES], key=lambda one: bool(_TEST.search(one))):
            file = sources.files[path]
            try:
                text = decoded(file.bytes(_LARGEST))
            except UnreadError:
                self.unread.append(file.at())
                continue
            for one in imports(text):
                if not one.name:
                    self.dynamic.append(file.at(one.line))
                elif name := package(one.name):
                    self._found.setdefault(name, (f"{file.at(one.line)} → {one.name}",))
        self.unread += [sources.files[path].at() for path in paths[_FILES:]]

    def state(self, name: str) -> tuple[tuple[str, ...], str]:
        """The way to a package, empty where there is none, and the word for why."""
        if found := self._found.get(name):
            return found, "imported"
        if not self.count:
            return (), "no-sources"
        if self.unread:
            return (), "unread"
        return (), "dynamic" if self.dynamic else "not-found"
