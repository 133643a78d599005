r"""The bounded regular expressions of span patterns, as trees.

From the tree come the things that RE2 does not give: the greatest length of a match, the *prefix closure* (every text that a match
may begin with, which tells how much of a stream is still undecided), the *head* (a short beginning that every match has),
the *key* (a
short part that every match has), a *loosened* pattern (a smaller automaton that accepts at least as much), and *disguises*
of its words.
"""

from __future__ import annotations

from dataclasses import dataclass

from yanmen.core.cached import cached_property

UNBOUNDED = 1 << 20
"""Times of a repeat that a loosened pattern leaves open."""
_MOST = 8
"""Times that a loosened pattern still counts."""
_SMALL = 4
"""A repeat of single characters up to here is short enough to stand in a head."""
SEPARATOR = r"[ \t\r\n._*|~/·-]"
"""What may stand between the letters of a word that is spelled out: ``i g n o r e``."""
_SHORT = 3
"""Letters of a word that is not looked for spelled out."""
_LEET = {"a": "[a4@]", "e": "[e3]", "i": "[i1!|]", "l": "[l1|]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}
_KEY = 64
"""Characters of the longest part that may be a key."""
_META = frozenset(r"\.+*?()|[]{}^$-")


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
        last = index == len(items) - 1
        result = own if last else f"(?:{step}|{own}|)" if own else f"(?:{step})?"
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


def key(node: Node, need: int) -> Node:
    """A short pattern that stands somewhere in every match: the beginning of its widest part without long gaps.

    Unlike the match it has few ways to go on, so an automaton of many keys stays small and is soon at home in any text.
    """
    found = _key(node)
    return EMPTY if found is None else head(found, need)


def _key(node: Node) -> Node | None:
    """The widest part that every match has; None where there is none."""
    match node:
        case Sequence(items):
            parts: list[Node] = []
            run: list[Node] = []
            for item in items:
                if _tight(item):
                    run.append(item)
                    continue
                parts += [Sequence(tuple(run)), _key(item) or EMPTY]
                run = []
            widest = max([*parts, Sequence(tuple(run))], key=_weight)
            return widest if _weight(widest) else None
        case Choice(items):
            keys = [one for item in items if (one := _key(item)) is not None]
            return Choice(tuple(keys)) if len(keys) == len(items) else None
        case Repeat(item, least, _) if not _tight(node):
            return _key(item) if least else None
    return node if _weight(node) and _tight(node) else None


def _tight(node: Node) -> bool:
    """Whether every match is about as long as any other, and none is long."""
    match node:
        case Repeat(item, least, most):
            wide = width(item)[1]
            return _tight(item) and (most - least) * wide <= _SMALL and most * wide <= _KEY
        case Sequence(items) | Choice(items):
            return all(_tight(item) for item in items)
    return True


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
    """The pattern with its words also as ``1gn0r3`` (three letters and more), ``i g n o r e`` (four) and ``忽 略`` (two)."""
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
        if len(run) >= (3 if run[:1].isascii() else 2):
            apart = len(run) > _SHORT or not run[0].isascii()
            for index, letter in enumerate(run):
                result += [gap] * (apart and index > 0)
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
