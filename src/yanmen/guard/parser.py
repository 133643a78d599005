r"""Reads the bounded regular expressions of span patterns.

The syntax is a part of RE2's: literals, ``.``, ``[classes]``, ``(?:groups)``, ``|``, ``?``, ``{m,n}``, ``\b``, ``\B``, ``^``,
``$`` (both at lines) and the escapes of RE2. ``*`` and ``+`` are refused: every match has a greatest length, so a stream need
never hold back more than that.
"""

from __future__ import annotations

import re

from yanmen.core.errors import YanmenError
from yanmen.guard.grammar import Assertion, Choice, Class, Literal, Node, Repeat, Sequence, width

LONGEST = 512
"""Characters that a match may have at most."""
DEEPEST = 50
"""Groups within groups."""
_CLASS = re.compile(r"\[\^?\]?(?:\\x\{[0-9A-Fa-f]+\}|\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|([pP](?:\{\^?\w+\}|\w))|(.))", re.DOTALL
)
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{0,3}))?\}")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


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
        if not self.source.startswith("(?:", self.position) or self.depth > DEEPEST:
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
