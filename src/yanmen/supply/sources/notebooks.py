"""Jupyter notebooks: what their cells install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.commands import mentioned
from yanmen.supply.documents.structured import json_of
from yanmen.supply.documents.text import Lines, items, table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

LARGEST = 64 << 20
"""Bytes of one notebook: outputs hold pictures."""
_LINE = re.compile(r"\s*(?:[!%]{1,2}|\w+\s*=\s*!)\s*(.*)$")
_SHELL = re.compile(r"\s*%%(?:bash|sh|script|cmd|!)")
_JOINED = "\x00"  # where a line goes on
_MAGIC = re.compile(r"(?:pip|conda|mamba|micromamba|uv|npm)\d?\b")


class Notebooks(Extractor):
    """Reads notebooks of the formats 3 and 4: lines that begin with ``!`` or ``%``, and cells of a shell."""

    endings = (".ipynb",)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each package that a cell would install, with the line of the file."""
        said, text = json_of(file, LARGEST)
        document = table(said)
        cells = items(document.get("cells")) or [
            cell for sheet in items(document.get("worksheets")) for cell in items(table(sheet).get("cells"))
        ]
        if not cells and "nbformat" not in document:
            yield file.unread("malformed", "no notebook")
        lines = Lines(text)
        for cell in cells:
            fields = table(cell)
            if fields.get("cell_type") == "code":
                source = fields.get("source") or fields.get("input") or ""
                content = (
                    "".join(one for one in source if isinstance(one, str))
                    if isinstance(source, list)
                    else word(source)
                )
                yield from _cell(file, content, lines)


def _cell(file: File, content: str, lines: Lines) -> Iterator[Component | Unexamined]:
    shell = bool(_SHELL.match(content))
    for raw in content.replace("\\\n", _JOINED).split("\n"):
        if shell and not raw.startswith("%%"):
            command = raw
        elif found := _LINE.match(raw):
            command = found[1]
            if raw.lstrip().startswith("%") and not _MAGIC.match(command):
                continue
        else:
            continue
        if command.strip():
            needle = re.split(rf'[{_JOINED}\\"]', raw.strip())[0]
            yield from mentioned(
                file, command.replace(_JOINED, " "), lines.after(needle, stay=True), "notebook"
            )
