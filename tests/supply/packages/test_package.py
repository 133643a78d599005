"""Packages as values."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.packages.package import Package


def test_a_package_names_itself_by_its_url(make: Callable[..., Package]) -> None:
    """With its version; a scope stays a scope."""
    assert make({}, name="inert", version="1.2").purl == "pkg:pypi/inert@1.2"
    assert make({}, "npm", name="@a/b", version="1").purl == "pkg:npm/%40a/b@1"
    assert str(make({}, name="inert", version="1.2").ref) == "pkg:pypi/inert@1.2"


def test_places_name_the_archive_the_member_and_the_line(make: Callable[..., Package]) -> None:
    """``x.whl!a.py#L3``."""
    package = Package(**{**make({}).__dict__, "shown": "x.whl"})

    assert package.where("a.py", 3).part == "x.whl!a.py#L3"
    assert package.cannot("malformed", "why", "a.py").where.part == "x.whl!a.py"
