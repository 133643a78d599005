"""YAML from its events: scalars stay the text they are, values know their lines, aliases are counted before they expand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from yanmen.supply.documents.text import LARGEST, decoded
from yanmen.supply.walk import File, UnreadError

NODES = 2_000_000
"""Values of one file once every alias is written out."""
DEPTH = 100
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Word(str):  # noqa: SLOT000  # it is a str, with one attribute more
    """A scalar, as written, and its line."""

    line: int = 0


class Mapping(dict[str, Any]):
    """A mapping, and the line of each of its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        self.line = 0


class _Frame:
    __slots__ = ("anchor", "key", "merges", "size", "value")

    def __init__(self, value: Any, anchor: str) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        self.size = 1
        self.merges: list[Any] = []


def yaml_of(file: File, limit: int = LARGEST) -> list[Any]:
    """The documents of a YAML file. UnreadError where it is none, or would be too large written out."""
    return parsed_yaml(decoded(file.bytes(limit)))


def parsed_yaml(text: str) -> list[Any]:
    """The documents of a YAML text: Mapping, list, or the text of a scalar (an empty one for null)."""
    try:
        return list(_documents(yaml.parse(text, Loader=_LOADER)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise UnreadError("malformed", f"no YAML: {getattr(error, 'problem', '') or error}{line}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadError("malformed", f"no YAML: {error}") from None


def _documents(events: Iterator[Any]) -> Iterator[Any]:
    reader = _Reader()
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            reader = _Reader()
        elif isinstance(event, yaml.DocumentEndEvent):
            yield reader.root
        elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            reader.take(event)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Reader:
    """Builds one document without recursion."""

    def __init__(self) -> None:
        self.root: Any = ""
        self._open: list[_Frame] = []
        self._known: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            frame = self._open.pop()
            if frame.anchor:
                self._known[frame.anchor] = (frame.value, frame.size)
            self._merge(frame)
            self._place(frame.value, frame.size, 0)
        elif isinstance(event, yaml.AliasEvent):
            value, size = self._known.get(event.anchor or "", (None, 0))
            if not size:
                raise UnreadError("malformed", f"alias {event.anchor} is not defined, or holds itself")
            self._place(value, size, _line(event))
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        else:
            self._collection(event)

    def _collection(self, event: Any) -> None:
        if len(self._open) >= DEPTH:
            raise UnreadError("too-large", "nested too deep")
        value: Any = []
        if isinstance(event, yaml.MappingStartEvent):
            value = Mapping()
            value.line = _line(event)
        self._open.append(_Frame(value, event.anchor or ""))

    def _scalar(self, event: Any) -> None:
        plain = event.implicit[0]
        value = Word("" if plain and event.value in {"~", "null", "Null", "NULL"} else event.value)
        value.line = _line(event)
        if event.anchor:
            self._known[event.anchor] = (value, 1)
        self._place(value, 1, value.line)

    def _place(self, value: Any, size: int, line: int) -> None:
        self._nodes += size
        if self._nodes > NODES * 2 or size > NODES:
            raise UnreadError("too-large", "aliases that expand without end")
        if not self._open:
            self.root = value
            return
        frame = self._open[-1]
        frame.size += size
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            frame.key = str(value) if isinstance(value, str) else ""
            frame.value.lines.setdefault(frame.key, line)
        else:
            if frame.key == "<<":
                frame.merges.extend(value if isinstance(value, list) else [value])
            else:
                frame.value[frame.key] = value
            frame.key = None

    @staticmethod
    def _merge(frame: _Frame) -> None:
        """What ``<<`` brings stands where the mapping itself says nothing; each mapping is taken once."""
        taken: set[int] = set()
        for other in frame.merges:
            if isinstance(other, Mapping) and id(other) not in taken:
                taken.add(id(other))
                for key, value in other.items():
                    frame.value.setdefault(key, value)
                    frame.value.lines.setdefault(key, other.lines.get(key, 0))
