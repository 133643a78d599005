"""Naming: what a package says of itself."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Finding
from yanmen.supply.packages.examining import examine
from yanmen.supply.packages.package import Note, Package

Rules = Callable[..., set[str]]


def test_names_that_are_taken_for_others(rules_of: Rules) -> None:
    """By a slip of the finger, by something added, by a scope."""
    assert "typosquat" in rules_of({}, name="reqeusts")
    assert "combosquat" in rules_of({}, name="python-requests")
    assert "scope-confusion" in rules_of({}, "npm", name="angular-core")
    assert not {"typosquat", "combosquat"} & rules_of({}, name="requests")


def test_a_version_that_is_made_to_win(rules_of: Rules) -> None:
    """99.x is, a year is not."""
    assert "version-confusion" in rules_of({}, name="corp-inert", version="99.0.1")
    assert "version-confusion" not in rules_of({}, name="corp-inert", version="2024.1")


def test_dependencies_from_addresses(rules_of: Rules) -> None:
    """Not from the index."""
    assert "fetches-dependency" in rules_of({}, "npm", needs=("x@http://127.0.0.1:9/x",))
    assert "fetches-dependency" not in rules_of({}, "npm", needs=("x@^1.0.0",))


def test_what_says_nothing_of_itself(make: Callable[..., Package]) -> None:
    """No summary, no description, no links: noted, never more."""
    package = make({}, name="inert")
    bare = Package(**{**package.__dict__, "metadata": type(package.metadata)(name="inert", known=True)})

    assert [found.rule.id for found in examine(bare) if isinstance(found, Finding)] == [
        "package.metadata-bare"
    ]


def test_how_it_is_packed(make: Callable[..., Package]) -> None:
    """Members that leave their folder, that come twice, and another name inside."""
    notes = (
        Note(what="traversal", member="../x"),
        Note(what="duplicate", member="x"),
        Note(what="other-name", member="x.whl"),
    )
    package = Package(**{**make({}).__dict__, "notes": notes})
    found = {one.rule.id for one in examine(package) if isinstance(one, Finding)}

    assert found == {"package.unpacks-elsewhere", "package.member-twice", "package.other-name"}


def test_a_dependency_that_is_taken_for_another(rules_of: Rules) -> None:
    """Where no code uses it; one that is used, or that is popular itself, is let be."""
    files = {"index.js": "module.exports = 1;"}
    used = {"index.js": "const e = require('expresx'); module.exports = e;"}

    assert "depends-on-lookalike" in rules_of(files, "npm", needs=("expresx@^1.0.0",))
    assert "depends-on-lookalike" not in rules_of(used, "npm", needs=("expresx@^1.0.0",))
    assert "depends-on-lookalike" not in rules_of(files, "npm", needs=("express@^1.0.0",))
