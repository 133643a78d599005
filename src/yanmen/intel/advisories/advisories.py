"""The matcher: what the feeds that are held say of a version of a package. Asks nobody, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from yanmen.core.clock import Clock, now
from yanmen.intel.advisories.answers import Advisory, Epss, Feed, Hit, Kev, Match, Why
from yanmen.intel.advisories.ecosystems import ecosystem, place, release
from yanmen.intel.advisories.judging import Asked, judged
from yanmen.intel.advisories.merging import Judged, cves, doubt, groups, hit
from yanmen.intel.advisories.record import Record
from yanmen.intel.advisories.shelf import Held, held

PACKAGE, NAME, SCORE = "p\x1f", "i\x1f", "c\x1f"
"""What a table's keys begin with: packages, names of advisories, CVE numbers."""
MAX_AGE_DAYS = 14
"""Days after which a feed is stale, where nobody says otherwise."""
LONGEST = 512
"""Characters of a name or version that is asked about."""


class Mention(msgspec.Struct, array_like=True):
    """Where a name of an advisory leads: the record, and the packages it is kept under."""

    id: str
    modified: int
    withdrawn: bool
    packages: tuple[str, ...]


RECORDS = msgspec.msgpack.Decoder(list[Record])
MENTIONS = msgspec.msgpack.Decoder(list[Mention])
SCORES = msgspec.msgpack.Decoder(tuple[float, float])
ENTRIES = msgspec.msgpack.Decoder(tuple[str, str, bool])


class _Found(NamedTuple):
    record: Record
    held: Held


class Advisories:
    """Feeds, open for matching; close it, or use it as a context."""

    def __init__(self, feeds: list[Held], *, max_age_days: int = MAX_AGE_DAYS, clock: Clock = now) -> None:
        """``clock`` says how old the feeds are."""
        self._feeds = feeds
        self._at = clock()
        self._max_age = max_age_days
        self._advisories = [one for one in feeds if one.card.kind == "advisories"]
        self._epss = [one for one in feeds if one.card.kind == "epss"]
        self._kev = [one for one in feeds if one.card.kind == "kev"]

    @classmethod
    def open(
        cls, folder: Path | None = None, *, max_age_days: int = MAX_AGE_DAYS, clock: Clock = now
    ) -> Advisories:
        """The feeds of a folder, and those that are shipped; of two with one name the newer. YanmenError for a damaged one."""
        return cls(held(folder), max_age_days=max_age_days, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        for one in self._feeds:
            one.table.close()

    def feeds(self) -> tuple[Feed, ...]:
        """Every feed that is held, with its age."""
        return tuple(one.feed(self._at, self._max_age) for one in self._feeds)

    def match(self, ecosystem_name: str, name: str, version: str) -> Match:
        """What is known of a version; ``version`` empty: it is not known. The ecosystem is spelled as OSV does."""
        covering = [one for one in self._advisories if _covers(one.card.covers, ecosystem_name)]
        watching = [one for one in self._advisories if _covers(one.card.malicious, ecosystem_name)]
        judgements = self._judgements(ecosystem_name, name if len(name) <= LONGEST else "", version)
        affected = groups([one for one in judgements if one.said.because])
        told = {name for group in affected for one in group for name in (one.record.id, *one.record.aliases)}
        unsure = [
            group
            for group in groups([one for one in judgements if one.said.why])
            if told.isdisjoint(name for one in group for name in (one.record.id, *one.record.aliases))
        ]
        return Match(
            found=tuple(self._hit(group) for group in affected),
            doubts=tuple(doubt(group) for group in unsure),
            checked="checked" if covering else "not-checked",
            why="" if covering else self._why(ecosystem_name, watched=bool(watching)),
            malicious="checked" if watching else "not-checked",
            stale=bool(covering) and all(one.stale(self._at, self._max_age) for one in covering),
            feeds=tuple(
                sorted({one.card.name for one in (*covering, *watching)} | {one.feed for one in judgements})
            ),
        )

    def named(self, name: str) -> tuple[Advisory, ...]:
        """The advisories that go by a name (CVE, GHSA, PYSEC, MAL …), withdrawn ones too, with the packages they are about."""
        found: list[Advisory] = []
        for one in self._advisories:
            for mention in self._mentions(one, name):
                for key in mention.packages:
                    records = [record for record in self._records(one, key) if record.id == mention.id]
                    found += [_advisory(record, one, key) for record in records]
        return tuple(sorted(found, key=lambda one: (one.id, one.ecosystem, one.package, one.feed)))

    def _judgements(self, ecosystem_name: str, name: str, version: str) -> list[Judged]:
        """What every record that stands says of a version; those that say nothing of it are left out."""
        given = release(ecosystem_name)
        known, text = ecosystem(ecosystem_name), version.strip()[: LONGEST + 1]
        public = known.public(text)
        asked = Asked(text, given, known.order, public if public != text else "", known.mark)
        judgements = [
            Judged(record, one.card.name, judged(record, asked))
            for record, one in self._standing(place(ecosystem_name, name))
        ]
        return [one for one in judgements if one.said.because or one.said.why]

    def _standing(self, key: str) -> Iterator[_Found]:
        """The records of a package, of each the newest that any feed holds; withdrawn ones are gone."""
        newest: dict[str, _Found] = {}
        for one in self._advisories:
            for record in self._records(one, key):
                other = newest.get(record.id)
                if other is None or _newer(record, one, other):
                    newest[record.id] = _Found(record, one)
        for found in newest.values():
            if not found.record.withdrawn and not self._overtaken(found, key):
                yield found

    def _overtaken(self, found: _Found, key: str) -> bool:
        """Whether another feed holds a newer form of the record that is withdrawn, or no longer about the package."""
        return any(
            mention.id == found.record.id
            and mention.modified > found.record.modified
            and (mention.withdrawn or key not in mention.packages)
            for one in self._advisories
            if one is not found.held
            for mention in self._mentions(one, found.record.id)
        )

    def _records(self, one: Held, key: str) -> list[Record]:
        value = one.table.get(PACKAGE + key)
        return RECORDS.decode(value) if value is not None else []

    def _mentions(self, one: Held, name: str) -> list[Mention]:
        value = one.table.get(NAME + name.upper()[:LONGEST])
        return MENTIONS.decode(value) if value is not None else []

    def _hit(self, group: list[Judged]) -> Hit:
        numbers = cves(group)
        kev = (self.exploited(numbers) or False) if numbers and self._kev else None
        return hit(group, self.likely(numbers), kev)

    def likely(self, numbers: Iterable[str]) -> Epss | None:
        """The highest EPSS score of several CVE numbers, of the newest feed that has one."""
        best: Epss | None = None
        for number in numbers:
            newest = sorted(self._epss, key=lambda one: one.card.date, reverse=True)
            for one in newest:
                if (value := one.table.get(SCORE + number)) is not None:
                    score, percentile = SCORES.decode(value)
                    said = Epss(score=score, percentile=percentile, date=one.feed(self._at, 0).date)
                    best = said if best is None or said.score > best.score else best
                    break
        return best

    def exploited(self, numbers: Iterable[str]) -> Kev | None:
        """The first entry of the catalogue of known exploited vulnerabilities under several CVE numbers."""
        entries = [
            Kev(added=added, due=due, ransomware=ransomware)
            for number in numbers
            for one in self._kev
            if (value := one.table.get(SCORE + number)) is not None
            for added, due, ransomware in (ENTRIES.decode(value),)
        ]
        return min(entries, key=lambda entry: (not entry.ransomware, entry.added)) if entries else None

    def _why(self, ecosystem_name: str, *, watched: bool) -> Why:
        if not release(ecosystem_name) and any(
            ecosystem(covered).name == ecosystem(ecosystem_name).name
            for one in self._advisories
            for covered in one.card.covers
        ):
            return "no-release"
        return "only-malicious" if watched else "no-feed"


def _covers(covered: Iterable[str], name: str) -> bool:
    """Whether a feed covers an ecosystem: as a whole, or the release that is asked about."""
    bare, given = ecosystem(name).name, release(name)
    return any(one in {bare, f"{bare}:{given}"} for one in covered)


def _newer(record: Record, one: Held, other: _Found) -> bool:
    """Of two forms of one record the one changed later; of two changed at one time the newer feed's, then the withdrawn one."""
    mine = (record.modified, one.card.date, record.withdrawn)
    return mine > (other.record.modified, other.held.card.date, other.record.withdrawn)


def _advisory(record: Record, one: Held, key: str) -> Advisory:
    ecosystem_name, _, package = key.partition("\x1f")
    said = Judged(record, one.card.name, judged(record, Asked("", "", None)))
    as_hit = hit([said], None, None)
    return Advisory(
        id=record.id,
        aliases=record.aliases,
        ecosystem=ecosystem_name,
        package=package,
        summary=record.summary,
        severity=as_hit.severity,
        ranges=_ranges(record),
        withdrawn=record.withdrawn,
        malicious=record.malicious,
        published=as_hit.published,
        modified=as_hit.modified,
        feed=one.card.name,
    )


def _ranges(record: Record) -> tuple[str, ...]:
    """The versions as a person reads them, each range by its events as they were given."""
    said: dict[str, None] = {}
    for entry in record.affected:
        before = f"{entry.release}: " if entry.release else ""
        for one in entry.ranges:
            said[
                before + ", ".join(f"{kind.replace('_', ' ')} {version}" for kind, version in one.events)
            ] = None
        said.update({f"{before}{version}": None for version in entry.versions})
    return tuple(said)
