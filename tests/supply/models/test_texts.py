"""JSON that nobody vouches for."""

from __future__ import annotations

import pytest

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.models.texts import LONGEST, document, parse, walk
from yanmen.supply.targets import Artifact


def test_keys_that_stand_twice_are_told() -> None:
    """However many times."""
    assert parse('{"a": 1, "a": 2, "b": {"c": 1, "c": 2, "c": 3}}').twice == ("c", "a")
    assert document(Artifact.held("a", b'\xef\xbb\xbf{"a": [1]}')).value == {"a": [1]}


@pytest.mark.parametrize("text", ["[" * 300_000, "0," * 300_000, " " * (LONGEST + 1)])
def test_documents_that_would_fill_memory_are_not_read(text: str) -> None:
    """They are counted first."""
    with pytest.raises(Unjudged, match="too-large"):
        parse(text)


def test_what_is_no_json_is_an_error() -> None:
    """NaN too."""
    for text in ("{", "NaN", "[Infinity]", "'a'"):
        with pytest.raises(ValueError, match=r"."):
            parse(text)


def test_a_document_is_walked_with_its_places_and_to_a_depth() -> None:
    """So that no recursion ends the program."""
    assert dict(walk({"a": [1]})) == {"": {"a": [1]}, "/a": [1], "/a/0": 1}
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Unjudged):
        list(walk(deep))
