"""What one record says of one version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yanmen.intel.advisories.ecosystems import ecosystem, release
from yanmen.intel.advisories.judging import Asked, Said, judged
from yanmen.intel.advisories.record import Osv, records

Make = Callable[..., dict[str, Any]]
Read = Callable[[dict[str, Any]], Osv]


@pytest.fixture
def says(record: Read) -> Callable[..., Said]:
    """The answer of a record about a version in an ecosystem."""

    def ask(given: dict[str, Any], version: str, within: str = "PyPI") -> Said:
        ((_, kept),) = records(record(given))
        known = ecosystem(within)
        public = known.public(version)
        return judged(
            kept,
            Asked(version, release(within), known.order, public if public != version else "", known.mark),
        )

    return ask


def test_a_range_or_a_list_is_enough(osv: Make, says: Callable[..., Said]) -> None:
    """Either of them; the grounds are named, and the fix of the branch."""
    given = osv(
        "A-1",
        versions=("5.0",),
        events=[{"introduced": "1"}, {"fixed": "1.4"}, {"introduced": "2"}, {"fixed": "2.1"}],
    )

    assert says(given, "1.2") == Said((">= 1, < 1.4",), ("1.4",))
    assert says(given, "2.0") == Said((">= 2, < 2.1",), ("2.1",))
    assert says(given, "5.0.0") == Said(("listed version 5.0",), ())
    assert says(given, "1.4") == says(given, "5.1") == Said()


def test_a_listed_version_has_the_next_fix(osv: Make, says: Callable[..., Said]) -> None:
    """The least above it."""
    given = osv(
        "A-1",
        versions=("0.9",),
        events=[{"introduced": "1"}, {"fixed": "1.4"}, {"introduced": "2"}, {"fixed": "2.1"}],
    )

    assert says(given, "0.9").fixed == ("1.4",)


def test_a_build_of_an_affected_release_is_affected(osv: Make, says: Callable[..., Said]) -> None:
    """2.6.0+cu124 is after 2.6.0 in PEP 440, and has its faults all the same; unless the advisory speaks of builds."""
    last = osv("A-1", introduced="0", last_affected="2.6.0")
    listed = osv("A-1", versions=("2.6.0",))
    built = osv("A-1", introduced="0", fixed="2.6.0+cu125")

    assert says(last, "2.6.0+cu124").because == ("<= 2.6.0",)
    assert says(listed, "2.6.0+cu124").because == ("listed version 2.6.0",)
    assert says(built, "2.6.0+cu125") == Said()
    assert says(osv("A-1", introduced="0", fixed="2.6.0"), "2.6.0+cu124") == Said()


@pytest.mark.parametrize(
    ("more", "version", "why"),
    [
        ({"introduced": "0", "fixed": "2"}, "", "no-version"),
        ({"versions": ("1.0",)}, "", "no-version"),
        ({"introduced": "0", "fixed": "2"}, "trunk", "malformed-version"),
        ({"versions": ("1.0",)}, "trunk", "malformed-version"),
        ({"introduced": "0", "fixed": "soon"}, "1.0", "malformed-range"),
        ({}, "1.0", "no-range"),
        ({"introduced": "abc", "kind": "GIT"}, "1.0", "git-only"),
    ],
)
def test_what_cannot_be_told_is_not_denied(
    osv: Make, says: Callable[..., Said], more: dict[str, Any], version: str, why: str
) -> None:
    """Each with its reason."""
    assert says(osv("A-1", **more), version) == Said(why=why)  # type: ignore[arg-type]  # parameters are text


def test_every_version_needs_no_version(osv: Make, says: Callable[..., Said]) -> None:
    """A package that is malicious from its beginning to its end is so wherever it is named."""
    given = osv("MAL-1", "--no-audit", ecosystem="npm", introduced="0", kind="SEMVER")

    assert says(given, "", "npm") == says(given, "latest", "npm") == Said(("every version",))


def test_an_order_that_is_not_known_is_a_doubt(osv: Make, says: Callable[..., Said]) -> None:
    """Unless the version is listed as it stands, or none is safe."""
    ranged = osv("A-1", ecosystem="Bitnami", introduced="1", fixed="2")
    listed = osv("A-1", ecosystem="Bitnami", versions=("1.1",))

    assert says(ranged, "1.1", "Bitnami") == Said(why="no-order")
    assert says(listed, "1.1", "Bitnami").because == ("listed version 1.1",)
    assert says(listed, "1.2", "Bitnami") == Said()


def test_semantic_ranges_are_compared_as_such(osv: Make, says: Callable[..., Said]) -> None:
    """Whatever the ecosystem's own order is: 1.0.0-1 is before 1.0.0 there, after it in PEP 440."""
    given = osv("A-1", kind="SEMVER", introduced="1.0.0")

    assert says(given, "1.0.0-1") == Said()


def test_releases_of_a_distribution_do_not_mix(osv: Make, says: Callable[..., Said]) -> None:
    """What is fixed in one is not in another; without a release it cannot be told."""
    given = osv("DSA-1", "openssl", ecosystem="Debian:12", introduced="0", fixed="3.0.9-1")

    assert says(given, "3.0.8-1", "Debian:12").fixed == ("3.0.9-1",)
    assert says(given, "3.0.8-1", "Debian:11") == Said()
    assert says(given, "3.0.8-1", "Debian") == Said(why="no-release")
