"""Reading a configuration: file, environment and flags, and where each value came from."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from yanmen.core import foreign
from yanmen.core.config.crossing import faults, unanswered
from yanmen.core.config.whole import Config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration and where each value that is not a default came from."""

    config: Config
    sources: dict[str, str]
    """Dotted name to ``yanmen.toml:12``, ``--port`` or ``YANMEN_GATEWAY_PORT``."""

    def place(self, dotted: str) -> str:
        """Where a value, or else the nearest that was set around it, came from; its name where all is default."""
        name = dotted
        while name:
            inside = [source for found, source in self.sources.items() if f"{found}.".startswith(f"{name}.")]
            if inside:
                return f"{inside[0]}: {dotted}"
            name = name.rpartition(".")[0]
        return dotted


_ENVIRONMENT = "YANMEN_CONFIG__"


def load(file: Path | None = None, overrides: Mapping[str, tuple[str, Any]] | None = None) -> Loaded:
    """Read a configuration.

    Order, later wins: defaults, the file, the environment (``YANMEN_CONFIG__GATEWAY__PORT=9000``), overrides
    (dotted name to (flag, value)). Raises YanmenError with ``file:line`` for whatever is wrong.
    """
    text, tree = "", {}
    if file is not None:
        try:
            text = file.read_text("utf-8")
            tree = tomllib.loads(text)
        except OSError as error:
            why = foreign.system(error)
            raise YanmenError(
                Phrase(en=f"cannot read {file}: {why.en}", zh=f"无法读取 {file}：{why.zh}"),
                hint=Phrase(en="Name a file that exists.", zh="请指定一个存在的文件。"),
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            where = f"{file}:{_broken_line(file, str(error))}"
            hint = Phrase(en="The file must be TOML in UTF-8.", zh="该文件须为 UTF-8 编码的 TOML。")
            raise YanmenError(foreign.toml(error), where=where, hint=hint) from error
        _convert(tree, file, text)
    sources = {name: f"{file}:{line_of(text, name)}" for name in _leaves(tree)}
    for variable, raw in sorted(os.environ.items()):
        if variable.startswith(_ENVIRONMENT):
            dotted = variable.removeprefix(_ENVIRONMENT).lower().replace("__", ".")
            _put(tree, dotted, _scalar(raw))
            sources[dotted] = variable
    for dotted, (flag, value) in (overrides or {}).items():
        _put(tree, dotted, value)
        sources[dotted] = flag
    loaded = Loaded(config=_convert(tree, None, "", sources), sources=sources)
    for fault in (*faults(loaded.config.gateway), *unanswered(loaded.config.supply)):
        raise YanmenError(fault.what, hint=fault.hint, where=loaded.place(fault.dotted))
    return loaded


def _convert(
    tree: dict[str, Any], file: Path | None, text: str, sources: Mapping[str, str] | None = None
) -> Config:
    try:
        return msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        why, path = foreign.validation(error)
        dotted = _named(tree, re.sub(r"\[\d+\]", "", path.removeprefix("$").strip(".")))
        if unknown := re.search(r"unknown field `([^`]*)`", why.en):
            dotted = f"{dotted}.{unknown[1]}".strip(".")
        where = f"{file}:{line_of(text, dotted)}" if file else (sources or {}).get(dotted, dotted)
        raise YanmenError(
            Phrase(en=f"{dotted}: {why.en}", zh=f"{dotted}：{why.zh}"),
            where=where,
            hint=Phrase(
                en="See `yanmen config show` for every name and its default.",
                zh="全部名称与默认值见 `yanmen config show`。",
            ),
        ) from error


def _named(tree: dict[str, Any], path: str) -> str:
    """The path with ``[...]``, as msgspec writes any key of a table, replaced by the key whose value is wrong."""
    before, wild, after = path.partition("[...]")
    table: Any = tree
    for name in before.split("."):
        table = table.get(name, {})
    for key in table if wild else ():
        alone: dict[str, Any] = {}
        _put(alone, before, {key: table[key]})
        try:
            msgspec.convert(alone, Config)
        except msgspec.ValidationError:
            return f"{before}.{key}{after}"
    return before + after


def line_of(text: str, dotted: str) -> int:
    """The line (from 1) of a TOML text where a dotted name, or else the nearest table around it, is written."""
    best, best_length, table = 1, -1, ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = name = _bare(header[1])
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            name = f"{table}.{_bare(key[1])}".strip(".")
        else:
            continue
        if (dotted == name or dotted.startswith(name + ".")) and len(name) > best_length:
            best, best_length = number, len(name)
    return best


def _broken_line(file: Path, message: str) -> int:
    """The line that a parser's message names; the last one where the file ends too early or is no text."""
    named = re.search(r"at line (\d+)", message)
    return int(named[1]) if named else max(1, len(file.read_bytes().splitlines()))


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in tree.items():
        dotted = f"{prefix}{key}"
        names += _leaves(value, dotted + ".") if isinstance(value, dict) else [dotted]
    return names


def _put(tree: dict[str, Any], dotted: str, value: object) -> None:
    *tables, last = dotted.split(".")
    for table in tables:
        tree = tree.setdefault(table, {})
    tree[last] = value


def _scalar(raw: str) -> object:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def _bare(name: str) -> str:
    return re.sub(r"[\"'\s]", "", name)
