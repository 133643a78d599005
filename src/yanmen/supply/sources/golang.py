"""Go: go.mod, which lists every module that is built in, and go.sum where there is no go.mod."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import own, purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_REQUIRE = re.compile(r"(\S+)\s+(v\S+)\s*(//.*)?$")
_REPLACE = re.compile(r"(\S+)(?:\s+(v\S+))?\s+=>\s+(\S+)(?:\s+(v\S+))?\s*(?://.*)?$")
_BLOCK = re.compile(r"(require|replace|exclude|retract|tool|godebug|ignore)\s*\($")


def _module(path: str, version: str, where: str, *, direct: bool | None, replaces: str = "") -> Component:
    namespace, _, name = path.strip('"').rpartition("/")
    return Component(
        purl=purl("golang", name, version, namespace),
        ecosystem="Go",
        name=path.strip('"'),
        version=version,
        how="locked",
        where=where,
        direct=direct,
        facts={"replaces": replaces} if replaces else {},
    )


class GoMod(Extractor):
    """Reads go.mod: since Go 1.17 it names what is built in, indirect modules too."""

    names = frozenset({"go.mod"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The module itself, and what it requires, with replacements taken up."""
        replaced: dict[str, tuple[str, str]] = {}
        required: list[tuple[re.Match[str], int]] = []
        for number, verb, line in _lines(text(file)):
            if verb == "module":
                yield own("golang", line.strip('"'), where=file.at(number))
            elif verb == "replace" and (found := _REPLACE.fullmatch(line)):
                replaced[f"{found[1]} {found[2] or ''}".strip()] = (found[3], found[4] or "")
            elif verb == "require" and (found := _REQUIRE.fullmatch(line)):
                required.append((found, number))
        for found, number in required:
            other = replaced.get(f"{found[1]} {found[2]}") or replaced.get(found[1])
            try:
                yield from _required(file, found, other, number)
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, number)


def _lines(content: str) -> Iterator[tuple[int, str, str]]:
    """Number, verb and the rest of each line; lines of a block have the block's verb."""
    block = ""
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if found := _BLOCK.fullmatch(line):
            block = found[1]
        elif line == ")":
            block = ""
        elif block:
            yield number, block, line
        else:
            verb, _, rest = line.partition(" ")
            yield number, verb, rest.strip()


def _required(
    file: File, found: re.Match[str], other: tuple[str, str] | None, number: int
) -> Iterator[Component | Unexamined]:
    direct = "// indirect" not in (found[3] or "")
    if other is None:
        yield _module(found[1], found[2], file.at(number), direct=direct)
    elif other[1]:
        yield _module(*other, file.at(number), direct=direct, replaces=found[1])
    elif file.beside(f"{other[0]}/go.mod") is None:
        detail = f"{found[1]} is replaced by {other[0]}, which is not within the root"
        yield file.unread("not-checked", detail, number)


class GoSum(Extractor):
    """Reads go.sum where nothing better stands beside it: it may name versions that are not built in."""

    names = frozenset({"go.sum"})

    def wants(self, file: File) -> bool:
        """Where there is no go.mod."""
        return not file.inside and file.beside("go.mod") is None

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each module whose code, and not only whose go.mod, was fetched."""
        for number, line in enumerate(text(file).splitlines(), 1):
            words = line.split()
            if len(words) == 3 and not words[1].endswith("/go.mod"):  # noqa: PLR2004  # module, version, digest
                yield _module(words[0], words[1], file.at(number), direct=None)
