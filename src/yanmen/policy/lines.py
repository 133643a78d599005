"""Reads YAML and remembers on which line each value stands, so that an error names its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

BYTES = 256 << 10
"""Longest policy file, in bytes; reading one takes a second or two."""
NODES = 50_000
"""Values in one file, aliases counted as often as they are used."""
DEPTH = 20
PLAIN = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str"))
"""Kinds of values a file may have; a date is none."""
_TOO_DEEP = Phrase(en="too many values, or nested too deeply", zh="值过多，或嵌套过深")

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
            raise self._wrong(
                foreign.said(error.problem or "not YAML"), mark.line + 1 if mark else 1
            ) from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise self._wrong(foreign.said(str(error)) if str(error) else _TOO_DEEP, 1) from error
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
            raise self._wrong(_TOO_DEEP, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*path, number)) for number, child in enumerate(node.value)]
        if node.tag not in PLAIN:
            value = repr(str(node.value)[:40])
            said = Phrase(
                en=f"cannot read {value}; put a text in quotation marks", zh=f"无法读取 {value}；文本请加引号"
            )
            raise self._wrong(said, line)
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, KeyError, OverflowError) as error:
            why = foreign.said(str(error))
            said = Phrase(en=f"cannot read this value: {why.en}", zh=f"无法读取该值：{why.zh}")
            raise self._wrong(said, line) from error

    def _mapping(self, node: yaml.MappingNode, path: Steps) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._wrong(Phrase(en="a key must be a word", zh="键名须为单词"), line)
            key = str(key_node.value)
            if key in values:
                raise self._wrong(Phrase(en=f"{key!r} is written twice", zh=f"{key!r} 写了两次"), line)
            self._lines[(*path, key)] = line
            values[key] = self._value(child, (*path, key))
        return values

    def _wrong(self, message: Phrase, line: int) -> YanmenError:
        hint = Phrase(
            en="A policy file is YAML; see docs/reference/policy.md.",
            zh="策略文件为 YAML 格式，见 docs/reference/policy.zh.md。",
        )
        return YanmenError(message, where=f"{self.file}:{line}", hint=hint)


def read(file: Path) -> tuple[Document, bytes]:
    """A file's values with their lines, and its bytes. Raises YanmenError for whatever is wrong."""
    try:
        with file.open("rb") as opened:
            content = opened.read(BYTES + 1)
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            Phrase(en=f"cannot read {file}: {why.en}", zh=f"无法读取 {file}：{why.zh}"),
            where=str(file),
            hint=Phrase(en="Name a file that exists.", zh="请指定一个存在的文件。"),
        ) from error
    if len(content) > BYTES:
        raise YanmenError(
            Phrase(en=f"larger than {BYTES} bytes", zh=f"超过 {BYTES} 字节"),
            where=str(file),
            hint=Phrase(en="Split it into several files.", zh="请拆分为多个文件。"),
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YanmenError(
            Phrase(en="not UTF-8", zh="不是 UTF-8 编码"),
            where=f"{file}:{line}",
            hint=Phrase(en="Save the file as UTF-8.", zh="请将文件保存为 UTF-8 编码。"),
        ) from error
    return Document(file, text), content
