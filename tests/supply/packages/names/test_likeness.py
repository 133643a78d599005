"""Names that are taken for others."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.names.likeness import alike


@pytest.mark.parametrize(
    ("name", "like", "how"),
    [
        ("reqeusts", "requests", "transposed"),
        ("requestss", "requests", "edit"),
        ("rwquests", "requests", "keyboard"),
        ("beautiful-soup4", "beautifulsoup4", "separator"),
        ("c0lorama", "colorama", "look-alike"),
        ("numpy-utils", "numpy", "affix"),
    ],
)
def test_each_kind_of_likeness(name: str, like: str, how: str) -> None:
    """The popular name, and how."""
    found = alike(name, "PyPI")

    assert found is not None
    assert (found.name, found.how) == (like, how)


@pytest.mark.parametrize("name", ["requests", "httpx", "inert-and-unlike-anything", "boto4ever", "sqlx"])
def test_names_that_stand_for_themselves(name: str) -> None:
    """Popular ones, short ones, and ones like nothing."""
    assert alike(name, "PyPI") is None


def test_scopes_of_npm() -> None:
    """A scope as a plain name, and a scope with a letter more."""
    plain, other = alike("angular-core", "npm"), alike("@babell/core", "npm")

    assert plain is not None
    assert plain.name == "@angular/core"
    assert other is not None
    assert other.how == "scope"
