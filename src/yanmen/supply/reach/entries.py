"""Where a project begins to run: its commands, its servers' app objects, its scripts, its notebooks; tests apart."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from yanmen.supply.documents.structured import toml_of
from yanmen.supply.documents.text import table, text, words
from yanmen.supply.reach.own import Source, Sources
from yanmen.supply.walk import File, UnreadError

Kind = Literal["command", "server", "script", "notebook", "loose", "test"]
"""``loose``: no beginning that is known leads there, but whoever has the file may run or import it."""
_LARGEST = 1 << 20
_SHELLS = re.compile(
    r"(?:^|/)(?:Dockerfile[^/]*|[^/]*\.[Dd]ockerfile|Containerfile|Procfile|Makefile|[^/]*\.(?:sh|service|conf|ini|toml|ya?ml|cfg|env))$"
)
"""Files that hold commands which start something."""
_WORD = re.compile(r"[\w./:=-]+")
_OBJECT = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_]\w*(?:\.\w+)*")
_BEFORE = frozenset({"-m", "-A", "--app", "--settings"})
_NAMED = ("FLASK_APP=", "DJANGO_SETTINGS_MODULE=", "--app=", "--settings=")
_ENTRY = re.compile(r"""["'][^"'\n=]{1,80}=\s*([A-Za-z_][\w.]*)\s*(?::\s*([\w.]+))?""")


class Entry(NamedTuple):
    """A beginning."""

    source: Source
    kind: Kind
    where: str
    """What says that it is one: ``pyproject.toml``, ``Dockerfile``; empty: the file itself."""
    function: str = ""
    """What is called in it; empty: the module."""


def entries(sources: Sources, mains: frozenset[str]) -> list[Entry]:
    """Every source of a project is a beginning of some kind. ``mains``: paths of those that say ``if __name__ == "__main__"``."""
    found: dict[str, Entry] = {}
    for one in _said(sources):
        found.setdefault(one.source.path, one)
    for path, source in sources.sources.items():
        if source.is_test:
            found[path] = Entry(source, "test", "")
        elif source.is_notebook:
            found[path] = Entry(source, "notebook", "")
        elif path in mains or path.rpartition("/")[2] in {"__main__.py", "manage.py"}:
            found.setdefault(path, Entry(source, "script", ""))
    return list(found.values())


def _said(sources: Sources) -> Iterator[Entry]:
    for path, file in sources.files.items():
        name = path.rpartition("/")[2]
        try:
            if name == "pyproject.toml":
                yield from _commands(sources, path, _objects(toml_of(file)[0]))
            elif name == "setup.cfg":
                yield from _commands(sources, path, _configured(file))
            elif name == "setup.py":
                yield from _commands(
                    sources,
                    path,
                    (found[1] + ":" + (found[2] or "") for found in _ENTRY.finditer(text(file, _LARGEST))),
                )
            if _SHELLS.search(path):
                yield from _started(sources, path, text(file, _LARGEST))
        except UnreadError:
            continue  # the inventory says of a manifest that it cannot be read; its modules are loose ones here


def _objects(pyproject: dict[str, Any]) -> Iterator[str]:
    project, poetry = table(pyproject.get("project")), table(table(pyproject.get("tool")).get("poetry"))
    tables = [project.get("scripts"), project.get("gui-scripts"), poetry.get("scripts")]
    tables += [*table(project.get("entry-points")).values(), *table(poetry.get("plugins")).values()]
    for one in tables:
        for value in table(one).values():
            yield from words(value)


def _configured(file: File) -> Iterator[str]:
    reader = configparser.RawConfigParser(strict=False)
    try:
        reader.read_string(text(file, _LARGEST))
    except configparser.Error:
        return
    if reader.has_section("options.entry_points"):
        for _, several in reader.items("options.entry_points"):
            yield from (line.partition("=")[2].strip() for line in several.splitlines() if "=" in line)


def _commands(sources: Sources, where: str, objects: Iterator[str]) -> Iterator[Entry]:
    for one in objects:
        module, _, function = one.partition("[")[0].strip().partition(":")
        if source := sources.find(module.strip(), where):
            yield Entry(source, "command", where, function.strip().rpartition(".")[2])


def _started(sources: Sources, where: str, said: str) -> Iterator[Entry]:
    """Any word of a command that names a module or a file of the project's own."""
    before = ""
    for matched in _WORD.finditer(said):
        word = matched[0]
        for name in _NAMED:
            if word.startswith(name):
                word, before = word[len(name) :], "-m"
        found: Source | None = None
        function = ""
        if is_object := _OBJECT.fullmatch(word):
            found, function = sources.find(is_object[1], where), word.rpartition(":")[2].partition(".")[0]
        elif word.endswith(".py"):
            found = _file(sources, where, word)
        elif before in _BEFORE:
            found = (
                sources.find(f"{word}.__main__", where) or sources.find(word, where)
                if before == "-m"
                else sources.find(word, where)
            )
        if found is not None:
            yield Entry(found, "server" if is_object or before != "-m" else "script", where, function)
        before = word


def _file(sources: Sources, where: str, word: str) -> Source | None:
    bare = word.removeprefix("./").lstrip("/")
    folder = where.rpartition("/")[0]
    for path in (f"{folder}/{bare}" if folder else bare, bare, bare.partition("/")[2]):
        if path in sources.sources:
            return sources.sources[path]
    return None
