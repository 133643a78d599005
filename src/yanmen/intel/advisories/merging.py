"""Records of several databases about one vulnerability, made one finding. The order in which they come never matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from yanmen.core.clock import iso
from yanmen.core.nouns import Severity
from yanmen.intel.advisories import cvss
from yanmen.intel.advisories.answers import Doubt, Epss, Hit, Kev, Rating
from yanmen.intel.advisories.judging import Said
from yanmen.intel.advisories.record import Record

_RANK = ("CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-", "MAL-")
"""Names, the best known first."""


class Judged(NamedTuple):
    """A record, the feed it is of, and what it says of the version."""

    record: Record
    feed: str
    said: Said


def groups(judged: Sequence[Judged]) -> list[list[Judged]]:
    """Records that share a name, through others too, in the order of their best names."""
    leaders: dict[str, str] = {}

    def leader(name: str) -> str:
        while leaders.setdefault(name, name) != name:
            leaders[name] = leaders[leaders[name]]
            name = leaders[name]
        return name

    for one in judged:
        for alias in one.record.aliases:
            first, second = sorted((leader(one.record.id), leader(alias)))
            leaders[second] = first
    found: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in sorted(judged, key=lambda one: (one.record.id, one.feed)):
        found[leader(one.record.id)].append(one)
    return sorted(found.values(), key=lambda group: _names(group)[0])


def hit(group: Sequence[Judged], epss: Epss | None, kev: Kev | bool | None) -> Hit:
    """One finding of several records. ``kev``: an entry, False where there is none, None where it was not looked up."""
    names = _names(group)
    malicious = any(one.record.malicious for one in group)
    return Hit(
        id=names[0],
        aliases=tuple(names[1:]),
        summary=_summary(group),
        severity=_rating(group, malicious=malicious),
        epss=epss if epss is not None else "not-checked",
        kev=kev if isinstance(kev, Kev) else "no" if kev is False else "not-checked",
        fixed=_sorted(one.said.fixed for one in group),
        published=_day(min((one.record.published for one in group if one.record.published), default=0)),
        modified=_day(max(one.record.modified for one in group)),
        malicious=malicious,
        because="; ".join(_sorted(one.said.because for one in group)),
        feeds=tuple(sorted({one.feed for one in group})),
    )


def doubt(group: Sequence[Judged]) -> Doubt:
    """One doubt of several records."""
    names = _names(group)
    return Doubt(
        id=names[0],
        aliases=tuple(names[1:]),
        summary=_summary(group),
        why=group[0].said.why,
        malicious=any(one.record.malicious for one in group),
    )


def cves(group: Iterable[Judged]) -> list[str]:
    """The CVE numbers of a finding: its own names, and those it is derived from."""
    names = chain.from_iterable((one.record.id, *one.record.aliases, *one.record.upstream) for one in group)
    return sorted({name for name in names if name.startswith("CVE-")})


def _names(group: Sequence[Judged]) -> list[str]:
    malicious = any(one.record.malicious for one in group)
    every = set(chain.from_iterable((one.record.id, *one.record.aliases) for one in group))

    def rank(name: str) -> tuple[int, str]:
        if malicious and name.startswith("MAL-"):
            return -1, name
        return next(
            (place for place, prefix in enumerate(_RANK) if name.startswith(prefix)), len(_RANK)
        ), name

    return sorted(every, key=rank)


def _rating(group: Sequence[Judged], *, malicious: bool) -> Rating:
    vectors = [
        rating
        for one in group
        for rating in (
            *one.record.ratings,
            *chain.from_iterable(entry.ratings for entry in one.record.affected),
        )
    ]
    rating = cvss.rated(vectors, [one.record.word for one in group if one.record.word])
    if malicious:
        return Rating(score=rating.score, vector=rating.vector, severity=Severity.CRITICAL)
    return rating


def _summary(group: Sequence[Judged]) -> str:
    """Of the record that was changed last, of those that have one."""
    told = [one.record for one in group if one.record.summary]
    return max(told, key=lambda record: (record.modified, record.id)).summary if told else ""


def _sorted(given: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted(set(chain.from_iterable(given))))


def _day(at: int) -> str:
    return iso(at)[:19] + "Z" if at else ""
