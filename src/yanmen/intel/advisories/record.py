"""An OSV record, read strictly and cut down to what matching needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from yanmen.core.clock import SECOND
from yanmen.core.redaction import visible
from yanmen.intel.advisories.ecosystems import Order, ecosystem, place, release
from yanmen.intel.advisories.ranges import Event, whole
from yanmen.intel.advisories.versions import semver

LONGEST_NAME = 512
"""Characters of an id, a package's name or a version."""
MOST = 100_000
"""Affected entries, versions of one, events of one, aliases."""

Text = Annotated[str, Meta(max_length=LONGEST_NAME)]
Texts = Annotated[list[Text], Meta(max_length=MOST)] | None


class _Package(msgspec.Struct):
    ecosystem: Text = ""
    name: Text = ""


class _Event(msgspec.Struct):
    introduced: Text | None = None
    introduced_after: Text | None = None
    fixed: Text | None = None
    last_affected: Text | None = None
    limit: Text | None = None


class _Range(msgspec.Struct):
    type: Text = ""
    events: Annotated[list[_Event], Meta(max_length=MOST)] | None = None


class _Severity(msgspec.Struct):
    type: Text = ""
    score: Text = ""


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: Annotated[list[_Range], Meta(max_length=MOST)] | None = None
    versions: Texts = None
    severity: Annotated[list[_Severity], Meta(max_length=64)] | None = None


class Osv(msgspec.Struct):
    """The fields of an OSV record that are read; its schema's others are left."""

    id: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, pattern=r"^[A-Za-z0-9][\w.:~/@+-]*$")]
    modified: Text | None = None
    published: Text | None = None
    withdrawn: Text | None = None
    aliases: Texts = None
    upstream: Texts = None
    summary: str | None = None
    details: str | None = None
    severity: Annotated[list[_Severity], Meta(max_length=64)] | None = None
    affected: Annotated[list[_Affected], Meta(max_length=MOST)] | None = None
    database_specific: Any = None


class Range(msgspec.Struct, array_like=True):
    """A range of versions: its events in the order they were given."""

    semver: bool
    """Compared as semantic versions, whatever the ecosystem's own order is."""
    events: tuple[Event, ...]


class Affected(msgspec.Struct, array_like=True):
    """What a record says of one package."""

    release: str
    """The distribution's release; empty: of all."""
    versions: tuple[str, ...]
    """Versions listed one by one that no range of the entry names."""
    ranges: tuple[Range, ...]
    git: bool
    """There are ranges of commits, too."""
    ratings: tuple[tuple[str, str], ...]


class Record(msgspec.Struct, array_like=True):
    """What a feed keeps of an advisory for one package."""

    id: str
    modified: int
    published: int
    """Microseconds; 0: not given."""
    withdrawn: bool
    malicious: bool
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    """Names of what it is derived from: the CVEs of a distribution's advisory."""
    summary: str
    ratings: tuple[tuple[str, str], ...]
    """Type (``CVSS_V3``) and vector, as given."""
    word: str
    """The database's own word for the severity, in lower case."""
    affected: tuple[Affected, ...]


def records(osv: Osv) -> Iterator[tuple[str, Record]]:
    """The record cut down, once for every package it names, with the name under which it is kept."""
    packages: dict[str, list[Affected]] = {}
    for entry in osv.affected or ():
        if entry.package is None or not (entry.package.name and entry.package.ecosystem):
            continue
        key = place(entry.package.ecosystem, entry.package.name)
        packages.setdefault(key, []).append(_affected(entry, entry.package.ecosystem))
    specific: dict[str, Any] = osv.database_specific if isinstance(osv.database_specific, dict) else {}
    common = Record(
        id=osv.id,
        modified=changed(osv),
        published=moment(osv.published),
        withdrawn=bool(osv.withdrawn),
        malicious=_malicious(osv, specific),
        aliases=_names(osv.aliases, osv.id),
        upstream=_names(osv.upstream, osv.id),
        summary=_summary(osv),
        ratings=_ratings(osv.severity),
        word=str(specific.get("severity") or "").lower()[:20],
        affected=(),
    )
    for key, affected in packages.items():
        yield key, msgspec.structs.replace(common, affected=tuple(affected))


def ecosystems(osv: Osv) -> Iterator[str]:
    """The ecosystems that a record speaks of, each with its release."""
    for entry in osv.affected or ():
        if entry.package is not None and entry.package.ecosystem:
            bare, given = ecosystem(entry.package.ecosystem).name, release(entry.package.ecosystem)
            yield f"{bare}:{given}" if given else bare


def changed(osv: Osv) -> int:
    """When a record was last changed; a withdrawal is a change, though not every database dates it as one."""
    return max(moment(osv.modified), moment(osv.withdrawn))


def moment(text: str | None) -> int:
    """A time of RFC 3339 (or a day) in microseconds; 0 where it is none."""
    try:
        parsed = datetime.fromisoformat((text or "").strip())
        at = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return max(0, int(at.timestamp()) * SECOND + at.microsecond)
    except (ValueError, OverflowError):
        return 0


def _affected(entry: _Affected, named: str) -> Affected:
    given = [one for one in entry.ranges or () if one.type.upper() != "GIT"]
    ranges = tuple(
        Range(one.type.upper() == "SEMVER", tuple(_events(one.events or ()))) for one in given if one.events
    )
    order = ecosystem(named).order
    return Affected(
        release=release(named),
        versions=tuple(_beyond(entry.versions or (), ranges, order)),
        ranges=ranges,
        git=len(given) != len(entry.ranges or ()),
        ratings=_ratings(entry.severity),
    )


def _events(given: Iterable[_Event]) -> Iterator[Event]:
    for event in given:
        for name in ("introduced", "introduced_after", "fixed", "last_affected", "limit"):
            version = getattr(event, name)
            if version:
                yield name, version


def _beyond(versions: Iterable[str], ranges: tuple[Range, ...], order: Order | None) -> Iterator[str]:
    """The listed versions that the ranges do not name already: most lists repeat their ranges, and are long."""
    spans = [whole(one.events, semver.key if one.semver else order) for one in ranges]
    for version in dict.fromkeys(versions):
        if not any(found is not None and found.holds(version) for found in spans):
            yield version


def _malicious(osv: Osv, specific: dict[str, Any]) -> bool:
    """OpenSSF's ids, and GitHub's mark for embedded malicious code."""
    weaknesses = specific.get("cwe_ids")
    return (
        osv.id.startswith("MAL-")
        or any(one.startswith("MAL-") for one in osv.aliases or ())
        or (isinstance(weaknesses, list) and "CWE-506" in weaknesses)
    )


def _names(given: list[str] | None, own: str) -> tuple[str, ...]:
    return tuple(sorted({visible(name) for name in given or () if name and name != own}))


def _ratings(given: list[_Severity] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.type, one.score) for one in given or () if one.score)


def _summary(osv: Osv) -> str:
    """One line of it; the first sentence of the details where there is no summary."""
    text = osv.summary or re.split(r"(?<=[.!?])\s", (osv.details or "")[:600].strip(), maxsplit=1)[0]
    words = " ".join(text[:400].split())
    return "".join(visible(words[start : start + 100]) for start in range(0, len(words), 100))
