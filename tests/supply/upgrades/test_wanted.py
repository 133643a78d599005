"""Which versions are wanted."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest

from yanmen.supply.targets import Component
from yanmen.supply.upgrades.wanted import UNFIXED, order, wants


class Hit(NamedTuple):
    """As intel says it."""

    ids: tuple[str, ...]
    fixed: tuple[str, ...]


class Match(NamedTuple):
    """Likewise."""

    found: tuple[Hit, ...]


def _one(name: str, version: str, ecosystem: str = "PyPI") -> Component:
    return Component(
        purl=f"pkg:{ecosystem.lower()}/{name}@{version}", ecosystem=ecosystem, name=name, version=version
    )


def test_the_least_version_that_answers_all_is_wanted() -> None:
    """Of every version in use."""
    old, new = _one("x", "1.0"), _one("x", "1.9")
    hits = {old.purl: [Hit(("A",), ("1.2",)), Hit(("B",), ("1.10",))], new.purl: [Hit(("B",), ("1.10",))]}
    (want,), left = wants([old, new, old], hits, None)

    assert (want.version, want.current, want.ids) == ("1.10", "1.9", ("A", "B"))
    assert left == []


def test_a_version_that_is_hit_itself_is_not_proposed() -> None:
    """It goes on to the one that mends that; a circle ends."""
    known = {
        "1.2": (Hit(("C",), ("1.3",)),),
        "1.3": (Hit(("D",), ("1.4",)),),
        "1.4": (Hit(("E",), ("1.2",)), Hit(("F",), ())),
    }
    one = _one("x", "1.0")
    (want,), _ = wants(
        [one], {one.purl: [Hit(("A",), ("1.2",))]}, lambda _e, _n, version: Match(known.get(version, ()))
    )

    assert want.version == "1.4"


def test_what_nothing_mends_remains() -> None:
    """Beside what can be mended; other ecosystems and versions that cannot be compared remain too."""
    half, odd, other = _one("x", "1.0"), _one("y", "what"), _one("z", "1.0", "Go")
    found, left = wants(
        [half, odd, other],
        {
            half.purl: [Hit(("A",), ("2.0",)), Hit(("B",), ())],
            odd.purl: [Hit(("C",), ("1",))],
            other.purl: [Hit(("D",), ("2",))],
        },
        None,
    )

    assert [one.version for one in found] == ["2.0"]
    assert {(one.purl, one.ids) for one in left} == {
        (half.purl, ("B",)),
        (odd.purl, ("C",)),
        (other.purl, ("D",)),
    }
    assert next(one.why for one in left if one.purl == half.purl) == UNFIXED


@pytest.mark.parametrize(
    ("ecosystem", "low", "high"),
    [
        ("PyPI", "1.9", "1.10"),
        ("PyPI", "2.0rc1", "2.0"),
        ("npm", "1.9.0", "1.10.0"),
        ("npm", "2.0.0-rc.1", "2.0.0"),
        ("npm", "1.21rc1", "1.21.0"),
    ],
)
def test_versions_are_compared_as_their_ecosystem_does(ecosystem: str, low: str, high: str) -> None:
    """Not as text."""
    assert order(ecosystem, low) < order(ecosystem, high)
    with pytest.raises(ValueError, match="what"):
        order(ecosystem, "what is this")


def test_a_build_of_a_release_is_not_taken_for_a_later_one() -> None:
    """As advisories compare: build metadata says nothing of the order (semver.org §10). univers lets it count."""
    assert order("npm", "1.2.0+build.9") == order("npm", "1.2.0")
    with pytest.raises(ValueError, match="1"):
        order("Nobody's", "1")


def test_a_copy_within_another_package_is_not_asked_for_beside_it() -> None:
    """A line in the project's manifest would not change what pip carries: it remains, with whom to upgrade."""
    copy = msgspec.structs.replace(_one("certifi", "2023.5.7"), how="vendored")
    found, (left,) = wants([copy], {copy.purl: [Hit(("A",), ("2024.7.4",))]}, None)

    assert found == []
    assert "within another package" in left.why.en


def test_what_a_dockerfile_or_notebook_installs_is_changed_there() -> None:
    """No line in a manifest would change it; where a manifest asks for it, too, the manifest is changed."""
    one = msgspec.structs.replace(_one("x", "1.0"), how="mentioned", where="deploy/Dockerfile#L3")
    hits = {one.purl: [Hit(("A",), ("2.0",)), Hit(("B",), ())]}
    found, left = wants([one], hits, None)

    assert found == []
    assert [(each.ids, each.why.en) for each in left] == [
        (("A",), "deploy/Dockerfile:3 installs it: ask there for 2.0 or newer"),
        (("B",), UNFIXED.en),
    ]
    other = _one("x", "1.1")
    (want,), _ = wants([one, other], {**hits, other.purl: [Hit(("A",), ("2.0",))]}, None)
    assert want.version == "2.0"
