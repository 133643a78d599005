"""Span patterns: what to look for in which view of a text, and what a match claims."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Ref, Rule, Text, Where
from yanmen.core.redaction import mask, visible
from yanmen.guard.grammar import Node, disguised
from yanmen.guard.parser import parse

_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{20,}")
_PASSWORD = re.compile(r"://([^/\s:@]{0,64}):([^@\s]{1,128})@")


class Claim(NamedTuple):
    """What a match is held to show."""

    evidence: str
    """Masked: fit to store and to show."""
    subject: Ref | None = None
    """What the finding is about; None: the matched characters, by their digest."""
    confidence: float | None = None
    """None: the pattern's."""
    instead: str = ""
    """What a redaction puts in its place; empty: a mark."""
    rule: Rule | None = None
    """Another rule of the same detector; None: the pattern's."""
    length: int | None = None
    """The finding is about the first so many characters of the match; None: about all."""
    skip: int = 0
    """The finding begins behind so many characters of the match: behind the label of a value."""


class Before(NamedTuple):
    """What stands before a match."""

    text: str
    """The last characters before it, folded, at most 120."""
    code: str = ""
    """Of a Markdown text: ``fence`` within a fenced block, ``span`` right behind the backtick of a code span, else empty."""


class Harmless(NamedTuple):
    """A match that is in order as a whole, such as a flag emoji: the search goes on after it."""


HARMLESS = Harmless()
Check = Callable[[str], Claim | Harmless | None]
"""Looks at the matched characters of the original; None: no claim, and the search goes on one character further."""
Look = Callable[[str, Before], Claim | Harmless | None]
"""The same, seen with what stands before."""


def quoted(matched: str) -> Claim:
    """The match itself as evidence, with whatever in it may be a secret masked."""
    text = _PASSWORD.sub(lambda found: f"://{found[1]}:{mask(found[2])}@", matched)
    return Claim(visible(_TOKEN.sub(_masked_token, text)))


def _masked_token(found: re.Match[str]) -> str:
    token = found[0]
    return mask(token) if any(character.isdigit() for character in token) else token


def masked(matched: str) -> Claim:
    """The match as a secret: its first characters and its length; the finding is about the secret's digest."""
    return Claim(mask(matched), Ref(kind="secret", id=digest(matched)))


def digest(text: str) -> str:
    """The first 16 hex digits of a text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Pattern:
    """One thing to look for."""

    rule: Rule
    source: str
    """In the syntax of ``guard.grammar``."""
    view: Literal["raw", "folded"] = "raw"
    confidence: float = 0.9
    check: Check = quoted
    look: Look | None = None
    """In place of ``check``, for what depends on what stands before the match."""
    untrusted: bool = False
    """Found in untrusted texts only: answers, documents, tool results."""
    back: str = ""
    """A pattern of what stands right before a match and belongs to it: the part of a mail address before its ``@``. It is read
    back once the match is found, so that a text need not be scanned, or held back, for it."""
    until: str = ""
    """Of an open-ended secret: the pattern of its end marker; the span runs to the end of that, or of the text."""
    until_before: bool = False
    """The span ends before the marker, which is one character that cannot be part of the secret."""
    disguises: bool = False
    """Folded patterns: words also in digits for letters and spelled out."""
    after: str = ""
    """A pattern of what must stand right before a match. It is read back from the match, so it holds no stream up."""
    unless_after: str = ""
    """A pattern; a match right behind it (and behind ``after``) is harmless: ``do not`` before an order, ``不要``."""
    others: tuple[Rule, ...] = ()
    """Rules that its check may claim in place of its own."""
    origin: str = ""
    """The file and line it stands in."""
    operator_doubt: float = 1.0
    """Times the confidence in texts of the operator, who may well name what the model must not do."""

    @property
    def node(self) -> Node:
        """The syntax tree, made anew: it is needed once, and large. Raises YanmenError for a bad pattern."""
        return self.tree(self.source)

    def tree(self, source: str) -> Node:
        """The syntax tree of a part of the pattern, with its disguises. Raises YanmenError for a bad one."""
        try:
            tree = parse(source)
        except YanmenError as error:
            raise YanmenError(error.message, where=self.origin, hint=error.hint) from error
        return disguised(tree) if self.disguises else tree

    @property
    def expression(self) -> str:
        """The pattern in RE2 syntax, made anew, fit for the folded or raw view and, unchanged, for plain text."""
        return self.wrap(self.node.text)

    def wrap(self, expression: str) -> str:
        """Any expression made from the tree, with the view's case rule."""
        return f"(?i:{expression})" if self.view == "folded" else f"(?:{expression})"

    def finding(self, claim: Claim, matched: str, place: Text, start: int, end: int) -> Finding:
        """The finding of a claim about a match at absolute offsets."""
        confidence = self.confidence if claim.confidence is None else claim.confidence
        return Finding(
            rule=claim.rule or self.rule,
            subject=claim.subject or Ref(kind="text", id=digest(matched)),
            confidence=confidence * self.operator_doubt if place.trust == "operator" else confidence,
            evidence=claim.evidence,
            where=Where(part=place.part, start=start, end=end),
            instead=claim.instead,
        )
