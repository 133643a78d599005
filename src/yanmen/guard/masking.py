"""Placeholders: what stands for a value on its way to the model, and is turned back into it in the answer.

A placeholder is ``[YM_PHONE_7Q2KFX3TBA]``: the kind of the value, so that the model can reason about it, and the beginning of
an HMAC of tenant, kind and value, so that the same value has the same placeholder in every turn and nobody can make one.
It is of letters, digits and underscores, which JSON, URLs and tokenisers leave alone; models that drop the brackets are
understood. Pure: the key and the values come from the caller.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence

from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.guard.reader import Reader, Seen
from yanmen.guard.scan import Plan
from yanmen.guard.spans import Claim, Pattern

SHORT, LONG = 10, 16
"""Characters of the HMAC in base32: 50 bits; 80 where a value of the tenant has the short one already."""
LONGEST = 200
"""Characters of a value that can be masked."""
PREFIX = "YM_"
RESTORED = Rule(
    id="personal.placeholder",
    title=Phrase(en="A placeholder whose value the caller gets back", zh="将还原给调用方的占位符"),
    severity=Severity.INFO,
    fix=Phrase(en="Nothing is wrong with it.", zh="无需处理。"),
    tags=("class:personal",),
)
"""Never recorded: it says where in an answer a value is put back."""
_NAME = r"YM_[A-Z][A-Z_]{0,30}_[A-Z2-7]{10}(?:[A-Z2-7]{6})?"
_FOUND = re.compile(rf"\[?(?<![A-Za-z0-9_])({_NAME})(?![A-Za-z0-9_])\]?")
_PATTERN = Pattern(RESTORED, rf"\[?\b{_NAME}\b\]?", check=lambda _: Claim(""))
_UNFIT = re.compile(r"[\x00-\x1f\x7f\"\\\ud800-\udfff]")


def placeholder(key: bytes, kind: str, value: str, length: int = SHORT) -> str:
    """The name that stands for a value of a kind (``personal.id-card``), by the tenant's key."""
    said = hmac.digest(key, f"{kind}\0{value}".encode(), "sha256")
    word = re.sub("[^A-Z]+", "_", kind.rpartition(".")[2].upper()).strip("_")[:24] or "VALUE"
    return f"{PREFIX}{word}_{base64.b32encode(said)[:length].decode()}"


def maskable(value: str) -> bool:
    """Whether a value can be put back anywhere, within a JSON string too: short, and nothing in it that must be escaped."""
    return 0 < len(value) <= LONGEST and _UNFIT.search(value) is None


def names(text: str) -> set[str]:
    """What looks like a placeholder in a text."""
    return {found[1] for found in _FOUND.finditer(text)} if PREFIX in text else set()


def places(text: str, values: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where in a text known placeholders stand, and what goes in their place."""
    for found in _FOUND.finditer(text) if PREFIX in text else ():
        if found[1] in values:
            start, end = _bare(found[0])
            yield found.start() + start, found.start() + end, values[found[1]]


def _bare(matched: str) -> tuple[int, int]:
    """Of a match, what is the placeholder: with its brackets where it has both."""
    both = matched[0] == "[" and matched[-1] == "]"
    return (0, len(matched)) if both else (matched[0] == "[", len(matched) - (matched[-1] == "]"))


class Restorer:
    """Reads a text in pieces and finds the known placeholders in it; stands beside a guard's reader."""

    __slots__ = ("_reader", "_values", "decided")

    def __init__(self, values: Mapping[str, str]) -> None:
        """``values``: by the names of their placeholders."""
        self._reader = Reader(Plan.of((_PATTERN,)))
        self._values = values
        self.decided = 0
        """Every character before it is decided."""

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; answer the known placeholders, with their values as what a redaction puts in their place."""
        seen = self._reader.feed(piece, final=final)
        self.decided = self._reader.decided
        return [known for one in seen if (known := self._known(one))] if seen else seen

    def _known(self, one: Seen) -> Seen | None:
        start, end = _bare(one.matched)
        value = self._values.get(one.matched[start:end].strip("[]"))
        if value is None:
            return None
        return one._replace(start=one.start + start, end=one.start + end, claim=Claim("", instead=value))
