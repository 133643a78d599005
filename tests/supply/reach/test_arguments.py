"""Calls that are handed what makes them harmless."""

from __future__ import annotations

import pytest

from yanmen.supply.reach.arguments import without

SAFE = ("SafeLoader", "CSafeLoader")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("yaml.load(f, Loader=yaml.SafeLoader)", []),
        ("yaml.load(f, CSafeLoader)", []),
        ("yaml.load(f)", [1]),
        ("yaml.load(f, Loader=yaml.FullLoader)", [1]),
        ("yaml.load(f, Loader=loader)", [1]),
        ("yaml.load(f, SafeLoader)\nyaml.load(g)", [2]),
        ("map(yaml.load, files)", [1]),
        ("yaml.loads(f)\nother.load(f)", []),
        ("def (", []),
    ],
)
def test_lines_without_it_are_found(code: str, lines: list[int]) -> None:
    """A name that is handed on may be called with anything; what cannot be parsed is said elsewhere."""
    assert without(code.encode(), "yaml.load", SAFE) == lines
