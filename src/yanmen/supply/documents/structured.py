"""JSON and TOML within bounds of size and depth, and the lines of what stands in them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import LARGEST, decoded
from yanmen.supply.walk import File, UnreadError

_KEY = re.compile(r'"((?:[^"\\\n]|\\.)*+)(?:"(\s*+:\s*+\{)?)?')  # every string, so that each is passed once
_DOTS = re.compile(r"(?<![\w\"'. \t-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){200}")
"""A dotted key of hundreds of parts: the time that a TOML parser takes grows with its square."""
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*[}\]])', re.DOTALL)
TOML_LARGEST = 8 << 20
"""Bytes of one TOML text: the parser is written in Python."""


def json_of(file: File, limit: int = LARGEST) -> tuple[Any, str]:
    """What a JSON file says, and its text. UnreadError where it is none."""
    text = decoded(file.bytes(limit))
    return parsed_json(text), text


def object_of(file: File, limit: int = LARGEST) -> tuple[dict[str, Any], str]:
    """The same of a file that holds an object, as every manifest does. UnreadError where it holds anything else."""
    said, text = json_of(file, limit)
    if not isinstance(said, dict):
        raise UnreadError("malformed", "no object of JSON")
    return said, text


def later(file: File, version: object, newest: int) -> Iterator[Unexamined]:
    """That a lock file is of a format that is newer than any known here: what of it is read may not be all."""
    number = re.match(r"\d{1,9}", str(version))
    if number and int(number[0]) > newest:
        yield file.unread(
            "unsupported", f"version {str(version)[:20]} of this format; {newest} is the newest known"
        )


def parsed_json(text: str) -> Any:
    """What a JSON text says; the last of two equal keys, as package managers take it."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise UnreadError("too-large", "nested too deep") from None
    except (msgspec.DecodeError, UnicodeEncodeError):
        pass
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadError("too-large", "nested too deep") from None
    except ValueError as error:
        raise UnreadError("malformed", f"no JSON: {error}") from None


def relaxed_json(text: str) -> Any:
    """JSON with comments and with commas before a closing bracket, as bun and TypeScript write it."""
    bare = _COMMENT.sub(lambda found: found[1] or " ", text)
    return parsed_json(_TRAILING.sub(lambda found: found[1] or "", bare))


def toml_of(file: File) -> tuple[dict[str, Any], str]:
    """What a TOML file says, and its text."""
    text = decoded(file.bytes(TOML_LARGEST))
    if _DOTS.search(text):
        raise UnreadError("too-large", "a key of hundreds of parts")
    try:
        return tomllib.loads(text), text
    except RecursionError:
        raise UnreadError("too-large", "nested too deep") from None
    except ValueError as error:
        raise UnreadError("malformed", f"no TOML: {error}") from None


class Keys:
    """The lines on which a JSON text's keys of objects stand. Keys asked in the text's own order are told apart though equal."""

    def __init__(self, text: str) -> None:
        """One pass over the text."""
        self._lines: dict[str, list[int]] = {}
        line, place = 1, 0
        for found in _KEY.finditer(text):
            if not found[2]:
                continue
            line += text.count("\n", place, found.start())
            place = found.start()
            self._lines.setdefault(found[1], []).append(line)
        for lines in self._lines.values():
            lines.reverse()

    def line(self, key: str) -> int:
        """Of the next object of that key; 0: unknown."""
        lines = self._lines.get(key) or [0]
        return lines.pop() if len(lines) > 1 else lines[0]
