"""Records of several databases made one finding."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Severity
from yanmen.intel.advisories.answers import Kev
from yanmen.intel.advisories.judging import Said
from yanmen.intel.advisories.merging import Judged, cves, doubt, groups, hit
from yanmen.intel.advisories.record import Osv, Record, records

Make = Callable[..., dict[str, Any]]
Read = Callable[[dict[str, Any]], Osv]
HIT = Said(("every version",), ("2",))
IDS = st.sampled_from([f"{kind}-{number}" for kind in ("CVE", "GHSA", "PYSEC", "MAL") for number in range(4)])


def plain(name: str, aliases: tuple[str, ...] = (), *, malicious: bool = False) -> Record:
    """A record with nothing but names."""
    return Record(name, 1, 1, False, malicious, aliases, (), "", (), "", ())


def test_names_join_through_others() -> None:
    """PYSEC knows GHSA, GHSA knows CVE: one finding, the best name first."""
    chain = [plain("PYSEC-1", ("GHSA-1",)), plain("GHSA-1", ("CVE-1",)), plain("CVE-1"), plain("CVE-2")]

    found = groups([Judged(one, "feed", HIT) for one in chain])

    assert [hit(group, None, None).ids for group in found] == [("CVE-1", "GHSA-1", "PYSEC-1"), ("CVE-2",)]


@given(st.lists(st.tuples(IDS, st.lists(IDS, max_size=3)), max_size=12), st.randoms(use_true_random=False))
def test_the_order_never_matters(given_records: list[tuple[str, list[str]]], chance: random.Random) -> None:
    """Of records, of feeds, of aliases."""
    judged = [
        Judged(plain(name, tuple(aliases)), f"feed{place}", HIT)
        for place, (name, aliases) in enumerate(given_records)
    ]
    first = [hit(group, None, None) for group in groups(judged)]
    chance.shuffle(judged)

    assert [hit(group, None, None) for group in groups(judged)] == first
    assert len({name for one in first for name in one.ids}) == sum(len(one.ids) for one in first)


def test_what_is_malicious_is_named_so_and_critical(osv: Make, record: Read) -> None:
    """Whatever a database's own rating is."""
    pair = [
        osv("PYSEC-2", aliases=["CVE-2"]),
        osv("MAL-1", aliases=["PYSEC-2"], database_specific={"severity": "LOW"}),
    ]
    (group,) = groups([Judged(kept, "feed", HIT) for one in pair for _, kept in records(record(one))])

    found = hit(group, None, None)

    assert (found.id, found.malicious, found.severity.severity) == ("MAL-1", True, Severity.CRITICAL)


def test_all_fixes_and_feeds_are_told() -> None:
    """Where databases disagree a person sees both."""
    pair = [
        Judged(plain("CVE-1"), "b", Said(("< 2",), ("2",))),
        Judged(plain("GHSA-1", ("CVE-1",)), "a", Said(("< 3",), ("3",))),
    ]

    found = hit(groups(pair)[0], None, False)

    assert (found.fixed, found.feeds, found.because, found.kev) == (("2", "3"), ("a", "b"), "< 2; < 3", "no")


def test_exploitation_is_an_entry_or_no_or_not_checked() -> None:
    """Never silently none."""
    group = [Judged(plain("CVE-1"), "a", HIT)]

    assert hit(group, None, Kev(added="2026-01-01")).kev == Kev(added="2026-01-01")
    assert hit(group, None, None).kev == "not-checked"


def test_a_distributions_advisory_stands_for_its_cves(osv: Make, record: Read) -> None:
    """To be looked up, not to be joined with others."""
    given_record = osv("DSA-1", ecosystem="Debian:12", upstream=["CVE-1", "CVE-2"])
    judged = [Judged(kept, "a", HIT) for _, kept in records(record(given_record))]

    assert cves(judged) == ["CVE-1", "CVE-2"]
    assert hit(judged, None, None).aliases == ()


def test_a_doubt_keeps_its_reason() -> None:
    """And its names."""
    found = doubt([Judged(plain("PYSEC-1", ("CVE-1",)), "a", Said(why="git-only"))])

    assert (found.id, found.aliases, found.why) == ("CVE-1", ("PYSEC-1",), "git-only")
