r"""The bounded regular expressions of span patterns, as trees.

The syntax is a part of RE2's: literals, ``.``, ``[classes]``, ``(?:groups)``, ``|``, ``?``, ``{m,n}``, ``\b``, ``\B``, ``^``,
``$`` (both at lines) and the escapes of RE2. ``*`` and ``+`` are refused: every match has a greatest length, so a stream need
never hold back more than that. From the tree come the three things that RE2 does not give: the greatest length, the *prefix
closure* (every text that a match may begin with, which tells how much of a stream is still undecided), and the *head*
(a short beginning that every match has).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from yanmen.core.errors import YanmenError

LONGEST = 512
"""Characters that a match may have at most."""
UNBOUNDED = 1 << 20
"""Times of a repeat that a loosened pattern leaves open."""
_MOST = 8
"""Times that a loosened pattern still counts."""
_SMALL = 4
"""A repeat of single characters up to here is short enough to stand in a head."""
SEPARATOR = r"[ \t._*|~-]"
"""What may stand between the letters of a word that is spelled out: ``i g n o r e``."""
_LEET = {"a": "[a4@]", "e": "[e3]", "i": "[i1!|]", "l": "[l1|]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}
_META = frozenset(r"\.+*?()|[]{}^$-")
_CLASS = re.compile(r"\[\^?\]?(?:\\x\{[0-9A-Fa-f]+\}|\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|([pP](?:\{\^?\w+\}|\w))|(.))", re.DOTALL)
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{0,3}))?\}")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True)
class Literal:
    """One character."""

    character: str

    @property
    def text(self) -> str:
        """The node in RE2 syntax."""
        if self.character in _META:
            return "\\" + self.character
        return self.character if self.character.isprintable() else f"\\x{{{ord(self.character):x}}}"


@dataclass(frozen=True)
class Class:
    """One character of a set."""

    text: str
    """The set in RE2 syntax."""


@dataclass(frozen=True)
class Assertion:
    r"""Nothing, where something holds: ``\b``, ``\B``, ``^``, ``$``."""

    text: str


@dataclass(frozen=True)
class Sequence:
    """One after another."""

    items: tuple[Node, ...]

    @cached_property
    def text(self) -> str:
        """The node in RE2 syntax."""
        return "".join([_grouped(item) if isinstance(item, Choice) else item.text for item in self.items])


@dataclass(frozen=True)
class Choice:
    """One of several; the first that fits wins."""

    items: tuple[Node, ...]

    @cached_property
    def text(self) -> str:
        """The node in RE2 syntax."""
        return "|".join([item.text for item in self.items])


@dataclass(frozen=True)
class Repeat:
    """Between ``least`` and ``most`` times."""

    item: Node
    least: int
    most: int
    lazy: bool = False

    @cached_property
    def text(self) -> str:
        """The node in RE2 syntax."""
        most = "" if self.most == UNBOUNDED else self.most
        return f"{_atom(self.item)}{{{self.least},{most}}}" + ("?" if self.lazy else "")


Node = Literal | Class | Assertion | Sequence | Choice | Repeat
EMPTY = Sequence(())


def _grouped(node: Node) -> str:
    return f"(?:{node.text})"


def _atom(node: Node) -> str:
    return node.text if isinstance(node, Literal | Class) else _grouped(node)


def width(node: Node) -> tuple[int, int]:
    """The least and greatest length of a match, in characters."""
    match node:
        case Literal() | Class():
            return 1, 1
        case Assertion():
            return 0, 0
        case Sequence(items):
            widths = [width(item) for item in items]
            return sum(least for least, _ in widths), sum(most for _, most in widths)
        case Choice(items):
            widths = [width(item) for item in items]
            return min(least for least, _ in widths), max(most for _, most in widths)
        case Repeat(item, least, most):
            low, high = width(item)
            return low * least, high * most


def prefixes(node: Node) -> str:
    """A regular expression of every proper prefix of a match, the empty one among them.

    A match that may yet grow, or whose last assertion waits for the next character, counts as a proper prefix of itself.
    """
    match node:
        case Literal() | Class() | Assertion():
            return ""
        case Choice(items):
            parts = dict.fromkeys(part for part in (prefixes(item) for item in items) if part)
            return f"(?:{'|'.join(parts)}|)" if parts else ""
        case Repeat(item, _, most):
            inside, times = prefixes(item), most - 1
            if most == UNBOUNDED:
                return f"{_atom(item)}*{inside}"
            if times < 1:
                return inside
            return f"{_atom(item)}{{0,{times}}}{inside}"
        case Sequence(items):
            return _sequence_prefixes(items)


def _sequence_prefixes(items: tuple[Node, ...]) -> str:
    """P(A B …) = P(A) | A P(B …), built from the last item back."""
    result = ""
    for index in range(len(items) - 1, -1, -1):
        item, own = items[index], prefixes(items[index])
        step = (_grouped(item) if isinstance(item, Choice) else item.text) + result
        if index == len(items) - 1:
            result = own
        else:
            result = f"(?:{step}|{own}|)" if own else f"(?:{step})?"
    return result


def loosened(node: Node) -> Node:
    """A smaller pattern that matches wherever this one does, and sometimes where it does not: longer repeats lose their ends."""
    match node:
        case Repeat(item, least, most, lazy):
            if most <= 1 or (most == least and least <= _MOST):
                return Repeat(loosened(item), least, most, lazy)
            return Repeat(loosened(item), min(least, _MOST), UNBOUNDED, lazy)
        case Sequence(items):
            return Sequence(tuple(loosened(item) for item in items))
        case Choice(items):
            return Choice(tuple(loosened(item) for item in items))
    return node


def head(node: Node, need: int) -> Node:
    """A pattern that every match begins with, short, but about ``need`` wide where the match is; 汉字 count double."""
    return _head(node, need)[0]


def _head(node: Node, need: int) -> tuple[Node, bool]:
    """The head, and whether it is the whole node: behind a node that was cut short nothing can follow."""
    match node:
        case Choice(items):
            heads = [_head(item, need) for item in items]
            return Choice(tuple(item for item, _ in heads)), all(whole for _, whole in heads)
        case Repeat(item, least, most):
            return _head_of_repeat(item, least, most, need)
        case Sequence(items):
            return _head_of_sequence(items, need)
    return node, True


def _head_of_repeat(item: Node, least: int, most: int, need: int) -> tuple[Node, bool]:
    low = _weight(item)
    if least == 0 or low == 0 or (low * least < need and most <= _SMALL):
        return Repeat(item, least, most), True
    if low >= need:
        short, whole = _head(item, need)
        return short, whole and most == 1
    times = min(least, -(-need // low))
    return Repeat(item, times, times), times == most


def _head_of_sequence(items: tuple[Node, ...], need: int) -> tuple[Node, bool]:
    taken: list[Node] = []
    whole, had = True, 0
    for item in items:
        wide = isinstance(item, Repeat) and item.least < item.most and width(item)[1] > _SMALL
        if wide and had >= _SMALL - 1:
            return Sequence(tuple(taken)), False
        short, whole = _head(item, need - had)
        taken.append(short)
        had += _weight(short)
        if not whole or had >= need:
            break
    return Sequence(tuple(taken)), whole and len(taken) == len(items)


def _weight(node: Node) -> int:
    match node:
        case Literal(character):
            return 1 if character.isascii() else 2
        case Class():
            return 1
        case Assertion():
            return 0
        case Sequence(items):
            return sum(_weight(item) for item in items)
        case Choice(items):
            return min(_weight(item) for item in items)
        case Repeat(item, least, _):
            return _weight(item) * least


def disguised(node: Node) -> Node:
    """The pattern with its words also as ``1gn0r3`` and ``i g n o r e`` (runs of four letters) and ``忽 略`` (of two)."""
    match node:
        case Sequence(items):
            return Sequence(tuple(_disguise_runs(items)))
        case Choice(items):
            return Choice(tuple(disguised(item) for item in items))
        case Repeat(item, least, most, lazy):
            return Repeat(disguised(item), least, most, lazy)
    return node


def _disguise_runs(items: tuple[Node, ...]) -> list[Node]:
    gap = Repeat(Class(SEPARATOR), 0, 1)
    result: list[Node] = []
    position = 0
    while position < len(items):
        run = _run(items, position)
        if len(run) >= (4 if run[:1].isascii() else 2):
            for index, letter in enumerate(run):
                result += [gap] * (index > 0)
                result.append(Class(_LEET[letter]) if letter in _LEET else Literal(letter))
        elif run:
            result += [Literal(letter) for letter in run]
        else:
            result.append(disguised(items[position]))
        position += len(run) or 1
    return result


def _run(items: tuple[Node, ...], position: int) -> str:
    letters = ""
    for item in items[position:]:
        if not (isinstance(item, Literal) and item.character.isalpha()):
            break
        if letters and letters[0].isascii() != item.character.isascii():
            break
        letters += item.character
    return letters


def parse(source: str) -> Node:
    """Read a pattern. Raise YanmenError for what is not in the syntax, unbounded, or longer than LONGEST."""
    parser = _Parser(source)
    node = parser.choice()
    if parser.position < len(source):
        raise parser.error("unbalanced )")
    least, most = width(node)
    if least == 0:
        raise parser.error("matches the empty text")
    if most > LONGEST:
        raise parser.error(f"a match may have {most} characters; at most {LONGEST} are allowed")
    return node


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self.source, self.position, self.depth = source, 0, 0

    def error(self, message: str) -> YanmenError:
        near = self.source[max(self.position - 20, 0) : self.position + 20]
        return YanmenError(
            f"pattern, near {near!r}: {message}",
            hint="Write bounded RE2 syntax: {1,20} in place of +, no look-around, no back-references.",
        )

    def choice(self) -> Node:
        items = [self.sequence()]
        while self.source.startswith("|", self.position):
            self.position += 1
            items.append(self.sequence())
        return items[0] if len(items) == 1 else Choice(tuple(items))

    def sequence(self) -> Node:
        items: list[Node] = []
        while self.position < len(self.source) and self.source[self.position] not in "|)":
            items.append(self.repeated())
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def repeated(self) -> Node:
        node = self.atom()
        rest = self.source[self.position : self.position + 12]
        if rest.startswith("?"):
            least, most, length = 0, 1, 1
        elif rest[:1] in {"*", "+"}:
            raise self.error(f"{rest[0]} is unbounded")
        elif counted := _REPEAT.match(rest):
            least, length = int(counted[1]), counted.end()
            if counted[2] and not counted[3]:
                raise self.error("a repeat without an end is unbounded")
            most = int(counted[3]) if counted[2] else least
        else:
            return node
        if most < max(least, 1) or isinstance(node, Assertion):
            raise self.error("this repeat means nothing")
        self.position += length
        lazy = self.source.startswith("?", self.position)
        self.position += lazy
        return Repeat(node, least, most, lazy)

    def atom(self) -> Node:
        character = self.source[self.position]
        if character == "(":
            return self.group()
        if character == "[":
            return self.klass()
        if character == "\\":
            return self.escape()
        self.position += 1
        if character == ".":
            return Class("[^\\n]")
        if character in "^$":
            return Assertion(f"(?m:{character})")
        if character in "*+?{":
            self.position -= 1
            raise self.error(f"{character} repeats nothing")
        return Literal(character)

    def group(self) -> Node:
        self.depth += 1
        if not self.source.startswith("(?:", self.position) or self.depth > 50:
            raise self.error("only (?:…) groups are known, fifty deep at most")
        self.position += 3
        node = self.choice()
        if not self.source.startswith(")", self.position):
            raise self.error("unbalanced (")
        self.position += 1
        self.depth -= 1
        return node

    def klass(self) -> Node:
        found = _CLASS.match(self.source, self.position)
        if not found:
            raise self.error("unbalanced [")
        self.position = found.end()
        return Class(found[0])

    def escape(self) -> Node:
        found = _ESCAPE.match(self.source, self.position)
        if not found:
            raise self.error("a lone backslash")
        self.position = found.end()
        code, short, named, letter = found.groups()
        if code or short:
            return Literal(chr(int(code or short, 16)))
        if named or letter in "dDsSwW":
            return Class("\\" + (named or letter))
        if letter in "bB":
            return Assertion("\\" + letter)
        if letter in _CONTROLS:
            return Literal(_CONTROLS[letter])
        if letter.isalnum():
            raise self.error(f"\\{letter} is not known")
        return Literal(letter)
