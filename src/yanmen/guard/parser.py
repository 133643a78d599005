r"""Reads the bounded regular expressions of span patterns.

The syntax is a part of RE2's: literals, ``.``, ``[classes]``, ``(?:groups)``, ``|``, ``?``, ``{m,n}``, ``\b``, ``\B``, ``^``,
``$`` (both at lines) and the escapes of RE2. ``*`` and ``+`` are refused: every match has a greatest length, so a stream need
never hold back more than that.
"""

from __future__ import annotations

import re

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
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
        raise parser.error(Phrase(en="unbalanced )", zh="多余的 )"))
    least, most = width(node)
    if least == 0:
        raise parser.error(Phrase(en="matches the empty text", zh="会匹配空文本"))
    if most > LONGEST:
        raise parser.error(
            Phrase(
                en=f"a match may have {most} characters; at most {LONGEST} are allowed",
                zh=f"匹配可长达 {most} 个字符，上限为 {LONGEST} 个",
            )
        )
    return node


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self.source, self.position, self.depth = source, 0, 0

    def error(self, message: Phrase) -> YanmenError:
        near = self.source[max(self.position - 20, 0) : self.position + 20]
        return YanmenError(
            Phrase(en=f"pattern, near {near!r}: {message.en}", zh=f"模式 {near!r} 附近：{message.zh}"),
            hint=Phrase(
                en="Write bounded RE2 syntax: {1,20} in place of +, no look-around, no back-references.",
                zh="请用有界的 RE2 语法：以 {1,20} 代替 +，不用环视与反向引用。",
            ),
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
            raise self.error(Phrase(en=f"{rest[0]} is unbounded", zh=f"{rest[0]} 没有上限"))
        elif counted := _REPEAT.match(rest):
            least, length = int(counted[1]), counted.end()
            if counted[2] and not counted[3]:
                raise self.error(Phrase(en="a repeat without an end is unbounded", zh="重复次数没有上限"))
            most = int(counted[3]) if counted[2] else least
        else:
            return node
        if most < max(least, 1) or isinstance(node, Assertion):
            raise self.error(Phrase(en="this repeat means nothing", zh="这个重复没有意义"))
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
            raise self.error(
                Phrase(en=f"{character} repeats nothing", zh=f"{character} 前面没有可重复的内容")
            )
        return Literal(character)

    def group(self) -> Node:
        self.depth += 1
        if not self.source.startswith("(?:", self.position) or self.depth > DEEPEST:
            raise self.error(
                Phrase(
                    en="only (?:…) groups are known, fifty deep at most",
                    zh="只支持 (?:…) 分组，最多嵌套五十层",
                )
            )
        self.position += 3
        node = self.choice()
        if not self.source.startswith(")", self.position):
            raise self.error(Phrase(en="unbalanced (", zh="( 没有闭合"))
        self.position += 1
        self.depth -= 1
        return node

    def klass(self) -> Node:
        found = _CLASS.match(self.source, self.position)
        if not found:
            raise self.error(Phrase(en="unbalanced [", zh="[ 没有闭合"))
        self.position = found.end()
        return Class(found[0])

    def escape(self) -> Node:
        found = _ESCAPE.match(self.source, self.position)
        if not found:
            raise self.error(Phrase(en="a lone backslash", zh="反斜杠后面没有字符"))
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
            raise self.error(Phrase(en=f"\\{letter} is not known", zh=f"不支持 \\{letter}"))
        return Literal(letter)
