"""Reads YAML and remembers on which line each value stands, so that an error names its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from yanmen.core.errors import YanmenError

BYTES = 256 << 10
"""Longest policy file, in bytes; reading one takes a second or two."""
NODES = 50_000
"""Values in one file, aliases counted as often as they are used."""
DEPTH = 20
PLAIN = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str"))
"""Kinds of values a file may have; a date is none."""

Steps = tuple[str | int, ...]
"""The way to a value: ``("rules", 0, "when")``."""


class Document:
    """The values of one YAML file and the line of each."""

    def __init__(self, file: Path, text: str) -> None:
        """Parse; raise YanmenError with ``file:line`` for bad syntax, double keys, or a file past the bounds."""
        self.file = file
        self._lines: dict[Steps, int] = {(): 1}
        self._count = 0
        try:
            loader = yaml.SafeLoader(text)
            try:
                node = loader.get_single_node()
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise self._wrong(error.problem or "not YAML", mark.line + 1 if mark else 1) from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise self._wrong(str(error) or "nested too deeply", 1) from error
        self._constructor = yaml.constructor.SafeConstructor()
        self.tree: Any = {} if node is None else self._value(node, ())

    def line(self, path: Steps) -> int:
        """The line, from 1, of a value or else of the nearest value around it."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def where(self, path: Steps) -> str:
        """``file:line`` of a value."""
        return f"{self.file}:{self.line(path)}"

    def _value(self, node: yaml.Node, path: Steps) -> Any:
        line = node.start_mark.line + 1
        self._lines.setdefault(path, line)
        self._count += 1
        if self._count > NODES or len(path) > DEPTH:
            raise self._wrong("too many values, or nested too deeply", line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*path, number)) for number, child in enumerate(node.value)]
        if node.tag not in PLAIN:
            raise self._wrong(f"cannot read {str(node.value)[:40]!r}; put a text in quotation marks", line)
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, KeyError, OverflowError) as error:
            raise self._wrong(f"cannot read this value: {error}", line) from error

    def _mapping(self, node: yaml.MappingNode, path: Steps) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._wrong("a key must be a word", line)
            key = str(key_node.value)
            if key in values:
                raise self._wrong(f"{key!r} is written twice", line)
            self._lines[(*path, key)] = line
            values[key] = self._value(child, (*path, key))
        return values

    def _wrong(self, message: str, line: int) -> YanmenError:
        return YanmenError(
            message, where=f"{self.file}:{line}", hint="A policy file is YAML; see docs/reference/policy.md."
        )


def read(file: Path) -> tuple[Document, bytes]:
    """A file's values with their lines, and its bytes. Raises YanmenError for whatever is wrong."""
    try:
        with file.open("rb") as opened:
            content = opened.read(BYTES + 1)
    except OSError as error:
        raise YanmenError(
            f"cannot read {file}: {error.strerror}", where=str(file), hint="Name a file that exists."
        ) from error
    if len(content) > BYTES:
        raise YanmenError(f"larger than {BYTES} bytes", where=str(file), hint="Split it into several files.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YanmenError("not UTF-8", where=f"{file}:{line}", hint="Save the file as UTF-8.") from error
    return Document(file, text), content
