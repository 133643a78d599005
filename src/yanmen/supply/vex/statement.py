"""One statement, and whether it is about a component and an advisory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, get_args

from packageurl import PackageURL

from yanmen.core.clock import DAY, SECOND
from yanmen.core.nouns import Noun
from yanmen.supply.vex import ranges

Status = Literal["not_affected", "fixed", "under_investigation", "affected"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""The laxest first."""
Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
JUSTIFICATIONS: tuple[Justification, ...] = get_args(Justification)
DAYS = 90
"""How long a statement that takes findings away stands, where it does not say so itself."""
_LONGEST = 4_000


class Product(Noun, frozen=True):
    """What a statement is about."""

    purl: str
    """Package URL; with a version it is about that one, else about every one."""
    versions: str = ""
    """A range as ``vers:pypi/>=1.0|<2.0``."""
    within: str = ""
    """The product that it is a part of, where the statement is only about that: it says nothing of others."""

    def covers(self, purl: str) -> bool:
        """Whether a component, by its package URL, is this."""
        mine, other = parsed(self.purl), parsed(purl)
        if mine is None or other is None or _key(mine) != _key(other):
            return False
        if not (mine.qualifiers.items() <= other.qualifiers.items()):
            return False
        if mine.version and mine.version != other.version and not _same(mine, other):
            return False
        return not self.versions or bool(other.version and _within(self.versions, other))


class Statement(Noun, frozen=True):
    """Somebody says what a vulnerability means to products."""

    vulnerability: str
    products: tuple[Product, ...]
    status: Status
    at: int
    """When it was said, in microseconds."""
    aliases: tuple[str, ...] = ()
    justification: str = ""
    """One of JUSTIFICATIONS; empty: none."""
    impact: str = ""
    """In words, why it does not matter or what it does."""
    action: str = ""
    """In words, what to do."""
    author: str = ""
    expires: int = 0
    """When it ends, in microseconds; 0: it does not say."""
    where: str = ""
    """The file that says it, and its number in it."""

    @property
    def suppresses(self) -> bool:
        """Whether it takes a finding away."""
        return self.status in {"not_affected", "fixed"}

    @property
    def strictness(self) -> int:
        """Greater is stricter."""
        return STATUSES.index(self.status)

    @property
    def reason(self) -> str:
        """Why a finding is taken away."""
        return ": ".join(filter(None, (self.justification, self.impact))) or (
            self.status if self.status == "fixed" else ""
        )

    def until(self, days: int = DAYS) -> int:
        """When it ends, in microseconds; 0: never, as nothing is taken away by it."""
        if not self.suppresses:
            return self.expires
        return self.expires or self.at + days * DAY

    def concerns(self, purl: str, ids: Collection[str]) -> bool:
        """Whether it is about this component and one of these ids (in upper case)."""
        named = {self.vulnerability.upper(), *(one.upper() for one in self.aliases)}
        return not named.isdisjoint(ids) and any(one.covers(purl) for one in self.products)


@lru_cache(maxsize=65_536)
def parsed(purl: str) -> PackageURL | None:
    """A package URL, or None where it is none."""
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None


def product(purl: str, versions: str = "", within: str = "") -> Product | None:
    """A product by its package URL; a range may stand in its qualifier ``vers``. None where it is no package URL, or no range."""
    found = parsed(purl)
    if found is None:
        return None
    qualifiers = dict(found.qualifiers)
    versions = versions or str(qualifiers.pop("vers", ""))
    if versions and ranges.parsed(versions) is None:
        return None
    bare = found._replace(qualifiers=qualifiers, version=None if versions else found.version)
    return Product(purl=bare.to_string(), versions=versions, within=within)


def time_of(text: Any) -> int:
    """Microseconds of an ISO 8601 time with its zone (without: UTC); 0 where it is none."""
    if not isinstance(text, str):
        return 0
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    seconds = found.timestamp()
    return int(seconds) * SECOND if seconds > 0 else 0


def prose(value: Any) -> str:
    """A text of others, within bounds."""
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def justified(value: Any, known: Mapping[str, str] | None = None) -> str:
    """The word for why, in OpenVEX's terms; empty where it is none."""
    word = value if isinstance(value, str) else ""
    word = (known or {}).get(word, word)
    return word if word in JUSTIFICATIONS else ""


def _key(purl: PackageURL) -> tuple[str, str, str]:
    return purl.type, purl.namespace or "", purl.name


def _same(one: PackageURL, other: PackageURL) -> bool:
    """Whether two versions are one as their ecosystem compares them: ``5.1`` and ``5.1.0``."""
    order = ranges.order_of(one.type)
    try:
        return bool(order and other.version and order(one.version or "") == order(other.version))
    except ValueError:
        return False


def _within(versions: str, purl: PackageURL) -> bool:
    known = ranges.parsed(versions)
    return known is not None and known.scheme == purl.type and known.holds(purl.version or "")
