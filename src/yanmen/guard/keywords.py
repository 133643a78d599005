"""Banks of words: ten thousand terms and more, found in one pass that costs the same whatever their number.

A text is compared folded: case, full width, traditional forms and unseen characters make no difference; between 汉字 up to two spaces
or dots may stand, and a 汉字 that the terms know may be written as its parts (拆字). Terms of Latin letters are whole words. An
automaton of their beginnings clears ordinary ASCII, a bit table of character pairs everything else; only where a term may begin the
terms themselves are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Ref, Rule
from yanmen.core.redaction import visible
from yanmen.guard.decoding.ciphers import SPLIT
from yanmen.guard.folding import DROPPED, TABLE
from yanmen.guard.reader import Seen
from yanmen.guard.scan import Entry, compiled, search
from yanmen.guard.spans import Claim, Pattern, digest

LONGEST = 32
"""Characters of a term."""
MOST_TERMS = 500_000
"""Terms of all banks together."""
LARGEST = 16 << 20
"""Bytes of one bank."""
SPREAD = 240
"""Characters of a text that one term may be spread over."""
LEVELS = {"high": 0.95, "medium": 0.7, "low": 0.4}
"""What a bank calls a term, and the confidence that comes of it."""
_RISK = re.compile(r"A[1-5](?:-[a-i])?")
_SEPARATORS = {ord(one): " " for one in "\t._*|~/·-+"}
_DROPPED = re.compile(r"(?<=[^\x00-\x7f]) {1,2}(?! )|(?<! ) {1,2}(?=[^\x00-\x7f])")
"""Spaces between 汉字, or between one and a letter."""
_WORDS = re.compile("(?<![a-z0-9])[a-z0-9]")
"""Where a term of Latin letters may begin in a squeezed text."""
_PART_OF = {whole: parts for parts, whole in SPLIT.items()}
HEAD = 3
"""Characters of a term by which it is looked up."""
_TABLE = 1 << 18
_BEGINNINGS = 4_000
"""Beginnings of terms that one automaton is made of."""
_SPREAD_OUT = bytes(_SEPARATORS.get(code, chr(code).lower()).encode()[0] for code in range(128)) + bytes(128)
"""ASCII as terms are compared with it."""
_LEAD = re.compile(r"[\x00-\x7f]+(?=[^\x00-\x7f])")
"""What of a term that is not all ASCII may stand at the end of a text that is."""
_SHORT = 96
"""Characters below which a loop is quicker than numpy."""
_ALONE = 1 << 29
"""The place in the plan of what is in no plan."""


class Term(NamedTuple):
    """A word of a bank."""

    text: str
    """As it is compared."""
    risk: str
    """``A1-f``, or the class alone."""
    level: str
    written: str
    """As the bank has it."""


def squeezed(text: str) -> str:
    """A text as terms are compared with it."""
    view = _view(text)
    return view if view.isascii() or " " not in view else _DROPPED.sub("", view)


def _view(text: str) -> str:
    """Folded; what nobody sees is nothing here, however long a run of it is: a match is bounded by SPREAD."""
    if text.isascii():
        return text.encode().translate(_SPREAD_OUT).decode()
    view = text.translate(TABLE)
    return (view.replace(DROPPED, "") if DROPPED in view else view).translate(_SEPARATORS)


def read(path: Path) -> Iterator[Term]:
    """The terms of a bank: one a line, then, after tabs, its risk and its level. Raises YanmenError with file and line.

    ``#`` begins a comment. ``@ A1-f high`` sets what the following lines without columns of their own take.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise _wrong(f"{path}", "the bank is larger than 16 MiB", "词库超过 16 MiB")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise _wrong(str(path), "cannot read the bank", "无法读取词库") from error
    except UnicodeDecodeError as error:
        raise _wrong(str(path), "the bank is not UTF-8", "词库不是 UTF-8 编码") from error
    risk, level = "", "medium"
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            risk, level = _columns(line[1:].split(), "", "medium", where)
            continue
        written, *columns = (part.strip() for part in line.split("\t"))
        mine = _columns([one for one in columns if one], risk, level, where)
        yield from _spelled(written, *mine, where)


def _columns(said: Sequence[str], risk: str, level: str, where: str) -> tuple[str, str]:
    for one in said:
        if _RISK.fullmatch(one):
            risk = one
        elif one in LEVELS:
            level = one
        else:
            raise _wrong(
                where, f"{one[:40]!r} is neither a risk nor a level", f"{one[:40]!r} 既不是风险编号也不是等级"
            )
    if not risk:
        raise _wrong(where, "the term has no risk", "该词没有风险编号")
    return risk, level


def _spelled(written: str, risk: str, level: str, where: str) -> Iterator[Term]:
    text = squeezed(written).strip()
    if not 2 <= len(text) <= LONGEST or not (text[0].isalnum() and text[-1].isalnum()):  # noqa: PLR2004
        raise _wrong(
            where,
            f"{written[:40]!r}: a term has 2 to {LONGEST} characters and begins and ends with a letter",
            f"{written[:40]!r}：词长须为 2 到 {LONGEST} 个字符，且首尾为文字或数字",
        )
    yield Term(text, risk, level, written)
    parted = "".join(_PART_OF.get(one, one) for one in text)
    if parted != text and len(parted) <= LONGEST:
        yield Term(parted, risk, level, written)


def _wrong(where: str, en: str, zh: str) -> YanmenError:
    hint = Phrase(
        en="One term a line, a tab, a risk (A1-f) and a level (high, medium, low): docs/howto/use-keyword-banks.md.",
        zh="每行一个词，以制表符分隔风险编号（如 A1-f）与等级（high、medium、low）：docs/howto/use-keyword-banks.zh.md。",
    )
    return YanmenError(Phrase(en=en, zh=zh), where=where, hint=hint)


class Bank:
    """Terms, ready to be looked for."""

    def __init__(self, terms: Iterable[Term], rules: dict[str, Rule]) -> None:
        """``rules`` by class: ``A1`` to ``A5``. Of a term that two banks have the last one counts."""
        known = {term.text: term for term in terms}
        if len(known) > MOST_TERMS:
            raise _wrong("guard.keyword_banks", f"more than {MOST_TERMS} terms", f"词条超过 {MOST_TERMS} 条")
        self.size = len(known)
        self._by_head: dict[str, list[Term]] = {}
        """By the first three characters, and by both of terms that have no more; longer terms first."""
        for term in sorted(known.values(), key=lambda one: (-len(one.text), one.text)):
            self._by_head.setdefault(term.text[:HEAD], []).append(term)
        self._begun = frozenset(
            term.text[:end] for term in known.values() for end in range(1, len(term.text) + 1)
        )
        self._parted = frozenset(
            {one for one in self._begun if not one[-1].isascii()}
            | {lead[0] for term in known if (lead := _LEAD.match(term))}
        )
        """Those after which a space may stand and the term go on, for a space is none beside 汉字."""
        latin = _shortened({term.text for term in known.values() if term.text.isascii()})
        self._latin = compiled(f"\\b(?:{'|'.join(map(_literal, latin))})") if latin else None
        self._stirs = _stirring(latin, {lead[0] for term in known if (lead := _LEAD.match(term))})
        self._table = np.zeros(_TABLE, np.bool_)
        for head in self._by_head:
            self._table[_hashes(_codes(head[:2]))] = True
        self.entries = {
            kind: Entry(_ALONE + number, Pattern(rule, ""))
            for number, (kind, rule) in enumerate(sorted(rules.items()))
        }

    def matches(self, text: str, *, inside: bool) -> list[tuple[int, Term]]:
        """The places of terms in a squeezed text, of each place the longest; ``inside``: a letter stands before the text."""
        if text.isascii():
            found: Sequence[int] = self._begun_in(text.encode())
        elif len(text) >= _SHORT:
            found = np.flatnonzero(self._table[_hashes(_codes(text))]).tolist()
        else:
            found = range(len(text) - 1)
        by_head, said = self._by_head, []
        for place in found:
            terms = by_head.get(text[place : place + HEAD], ())
            for term in (*terms, *by_head.get(text[place : place + 2], ())):
                before = _in_word(text[place - 1]) if place else inside
                if _stands(term.text, text, place, before=before):
                    said.append((place, term))
                    break
        return said

    def _begun_in(self, data: bytes) -> list[int]:
        """Where in a squeezed text of ASCII a term may begin."""
        found, place = list[int](), 0
        while self._latin is not None and (place := search(self._latin, data, place, len(data))[0]) >= 0:
            found.append(place)
            place += 1
        return found

    def quiet(self, text: str) -> bool:
        """Whether it is known at one look that no term is in a squeezed text, and that none begins at its end."""
        return (
            self._stirs is not None
            and text.isascii()
            and search(self._stirs, (data := text.encode()), 0, len(data))[0] < 0
        )

    def pending(self, text: str) -> int:
        """The first place from which the end of a squeezed text may be the beginning of a term; its length: none."""
        size, end = len(text), len(text.rstrip(" "))
        first = max(end - LONGEST, 0)
        places: Iterable[int] = range(first, end)
        if text.isascii():
            places = [start.start() for start in _WORDS.finditer(text, first, end)]
        for place in places:
            if text[place:] in self._begun or (end < size and text[place:end] in self._parted):
                return place
        return size

    def reader(self) -> Words:
        """A reader of one text."""
        return Words(self)


def _shortened(terms: set[str]) -> list[str]:
    """So much of the beginning of each term as makes not too many."""
    for size in (LONGEST, 12, 8, 6, 4, 3, 2):
        begun = {term[:size] for term in terms}
        if len(begun) <= _BEGINNINGS:
            return sorted(begun)
    return sorted({term[:1] for term in terms})


def _stirring(latin: Sequence[str], leads: set[str]) -> Any:
    """What finds the beginning of a Latin term, or, at the end of a text, whatever a term may begin with; None: too many."""
    if len(leads) > _BEGINNINGS:
        return None
    open_ends = "|".join(
        "(?:".join(map(_literal, one)) + ")?" * (len(one) - 1) for one in sorted(leads | {*latin})
    )
    ways = [(latin, ""), (leads, " *\\z")]
    told = [f"(?:{'|'.join(map(_literal, sorted(words)))}){end}" for words, end in ways if words]
    return compiled("|".join(f"\\b{one}" for one in [*told, f"(?:{open_ends})\\z"]))


def _literal(text: str) -> str:
    return "".join(f"\\x{{{ord(one):x}}}" for one in text)


def _hashes(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A number below _TABLE for each pair of neighbours."""
    return (codes[:-1] * np.uint32(8191) + codes[1:]) & np.uint32(_TABLE - 1)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


def _stands(term: str, text: str, place: int, *, before: bool) -> bool:
    """Whether a term stands at a place, one of Latin letters as a word."""
    if not text.startswith(term, place) or (before and term[0].isascii()):
        return False
    return not (term[-1].isascii() and _in_word(text[place + len(term) : place + len(term) + 1]))


def _in_word(one: str) -> bool:
    return one.isascii() and one.isalnum()


class Words:
    """One text on its way past a bank."""

    __slots__ = ("_bank", "_inside", "_text", "decided")

    def __init__(self, bank: Bank) -> None:
        """Begin a text."""
        self._bank = bank
        self._text = ""
        self._inside = False
        """Whether what is decided ends within a word of Latin letters."""
        self.decided = 0
        """Every character before it is decided."""

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; answer the terms that are complete."""
        text = self._text + piece
        plain = squeezed(text)
        bank, pending = self._bank, len(plain)
        matches: Sequence[tuple[int, Term]] = ()
        if not bank.quiet(plain):
            matches = bank.matches(plain, inside=self._inside)
            pending = pending if final else bank.pending(plain)
        hold, seen = len(text), list[Seen]()
        if matches or pending < len(plain):
            places = _places(text)
            if pending < len(plain):
                hold = max(places[pending], len(text) - SPREAD)
            seen = [
                self._seen(text, term, places[place : place + len(term.text)])
                for place, term in matches
                if places[place] < hold
            ]
            seen = [one for one in seen if one.end - one.start <= SPREAD]
        if hold:
            last = text[hold - 1]
            if not last.isascii():
                last = _view(text[:hold])[-1:]
            if last:
                self._inside = _in_word(last)
        self.decided += hold
        self._text = text[hold:]
        return seen

    def _seen(self, text: str, term: Term, places: Sequence[int]) -> Seen:
        start, end = places[0], places[-1] + 1
        subject = Ref(kind="text", id=digest(term.written))
        said = Claim(visible(f"{term.risk} {term.written}"), subject, LEVELS[term.level])
        entry = self._bank.entries[term.risk[:2]]
        return Seen(self.decided + start, self.decided + end, entry, text[start:end], said)


def _places(text: str) -> list[int]:
    """For each character of the squeezed text, its place in the text; and the text's length at the end."""
    if text.isascii():
        return list(range(len(text) + 1))
    places: list[int] = []
    for index, character in enumerate(text):
        form = TABLE[ord(character)]
        if form != DROPPED:
            places += [index] * len(form)
    places.append(len(text))
    kept: list[int] = []
    done = 0
    for found in _DROPPED.finditer(_view(text)):
        kept += places[done : found.start()]
        done = found.end()
    return kept + places[done:]
