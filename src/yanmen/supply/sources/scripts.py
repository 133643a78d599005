"""Scripts of shells, recipes of make and commands of development containers: what they install and fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.commands import script
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import Lines, decoded, table, text
from yanmen.supply.extractor import Extractor
from yanmen.supply.references import image
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

LARGEST = 1 << 20
"""Bytes of one script."""
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*[\s\S]*?\*/|,(?=\s*[}\]])')
_COMMANDS = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)


class Scripts(Extractor):
    """Reads scripts of shells by their endings."""

    endings = (".sh", ".bash", ".zsh", ".ksh", ".ps1")

    def wants(self, file: File) -> bool:
        """Of a project's own."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """All of it is one script: what one line fetches another may verify."""
        yield from script(file, _read(file), 1, "script")


def _read(file: File) -> str:
    """A shell does not ask for the encoding of what it reads."""
    data = file.bytes(LARGEST)
    try:
        return decoded(data)
    except UnreadError:
        return data.decode("latin-1")


class Makefiles(Extractor):
    """Reads recipes of make."""

    names = frozenset({"makefile", "gnumakefile"})
    endings = (".mk", ".mak")

    def wants(self, file: File) -> bool:
        """Of a project's own."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The recipe of each target is one script; make's own signs before a command are left off."""
        recipe: list[str] = []
        start = 0
        for number, raw in enumerate([*_read(file).split("\n"), ""], 1):
            if raw.startswith("\t") or (recipe and recipe[-1].endswith("\\")):
                start = start if recipe else number
                recipe.append(re.sub(r"^[\t ]*[@+-]*", "", raw).replace("$$", "$"))
            elif recipe:
                yield from script(file, "\n".join(recipe), start, "script")
                recipe = []


class DevelopmentContainers(Extractor):
    """Reads devcontainer.json: its image and features, and what it runs when it is made."""

    names = frozenset({"devcontainer.json", ".devcontainer.json"})

    def wants(self, file: File) -> bool:
        """Of a project's own."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """JSON with comments. A command is a text, a list of words, or several by name."""
        content = text(file, LARGEST)
        plain = _COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else "", content)
        said, lines = table(parsed_json(plain)), Lines(content)
        references = [said.get("image"), *table(said.get("features"))]
        for one in references:
            if isinstance(one, str) and one and not one.startswith("."):
                try:
                    yield image(one, where=file.at(lines.after(one, stay=True)), scope="develop")
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail)
        for key in _COMMANDS:
            given = said.get(key)
            for one in given.values() if isinstance(given, dict) else [given]:
                words = " ".join(map(str, one)) if isinstance(one, list) else one
                if isinstance(words, str):
                    yield from script(file, words, lines.after(f'"{key}"', stay=True), "container")
