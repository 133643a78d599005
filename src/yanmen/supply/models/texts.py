"""JSON that nobody vouches for: bounded before it is read, and keys that stand twice are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.targets import Artifact

LONGEST = 2 << 20
"""Bytes of a document that is read whole."""
_OBJECTS = 150_000
"""Tables and lists in a document: about 100 bytes of memory each."""
_ITEMS = 200_000
"""Commas in a document: its values."""
_DEEPEST = 200


class Parsed(NamedTuple):
    """A document and the keys that stand twice in one of its tables."""

    value: Any
    twice: tuple[str, ...]


def parse(text: str) -> Parsed:
    """Read JSON as its standard has it: no NaN, no comments. ValueError and Unjudged where it cannot be read."""
    if len(text) > LONGEST:
        raise Unjudged("too-large", f"a JSON document of {len(text)} characters")
    if text.count("{") + text.count("[") > _OBJECTS or text.count(",") > _ITEMS:
        raise Unjudged("too-large", "a JSON document of too many values")
    twice: dict[str, None] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            seen: set[str] = set()
            for name, _ in items:
                if name in seen:
                    twice[name] = None
                seen.add(name)
        return found

    return Parsed(json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant), tuple(twice))


def document(artifact: Artifact) -> Parsed:
    """A whole artifact as JSON, with or without a byte order mark."""
    if artifact.size > LONGEST:
        raise Unjudged("too-large", f"a JSON document of {artifact.size} bytes")
    return parse(artifact.read(0, artifact.size).decode("utf-8-sig"))


def walk(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every value of a document with its place (a JSON pointer), itself first. Unjudged where it is too deep."""
    if depth > _DEEPEST:
        raise Unjudged("too-large", f"nested more than {_DEEPEST} deep")
    yield path, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from walk(each, f"{path}/{escaped(name)}", depth + 1)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from walk(each, f"{path}/{number}", depth + 1)


def escaped(name: str) -> str:
    """A key as JSON pointers have it."""
    return name.replace("~", "~0").replace("/", "~1")


def key_of(place: str) -> str:
    """The last key of a JSON pointer."""
    return place.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
