"""Labelled texts: what a model is trained and measured with."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.guard.model.lexical import Channel, language

FOLDER = Path(__file__).parent / "sets"
"""The shipped sets: own-written texts only, made by ``training/prompt/learning_sets.py``."""
LONGEST = 100_000
"""Characters of one text."""
MOST = 200_000
"""Rows of one set."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A text and what it is. In a file: one JSON object a line; names that are not known here are passed over."""

    text: str
    label: Literal["attack", "benign"]
    channel: Channel = "user"
    kind: str = msgspec.field(default="", name="class")
    """The class of an attack."""
    lang: str = ""
    """``zh``, ``en`` or another; nothing: it is told by the letters."""
    id: str = ""
    source: str = "file"
    """Who is behind it: a key, an address, an analyst, a file. What one source can do is bounded."""
    sketch: str = ""
    analyst: str = ""
    """Who labelled it."""
    voices: int = 1
    """How many people say so."""

    @property
    def attack(self) -> bool:
        """Whether it is one."""
        return self.label == "attack"

    @property
    def tongue(self) -> str:
        """Its language: ``zh``, ``en`` or ``other``."""
        return self.lang if self.lang in {"zh", "en"} else "other" if self.lang else language(self.text)

    @property
    def cell(self) -> str:
        """Which gate it belongs to, such as ``benign/zh`` or ``override/en``."""
        return f"{self.kind or 'other' if self.attack else 'benign'}/{self.tongue}"


def read(path: Path) -> list[Row]:
    """The rows of a JSONL file, gzipped or not; YanmenError with ``file:line`` for what is none."""
    opened = gzip.open if path.suffix == ".gz" else open
    found: list[Row] = []
    number = 0
    try:
        with opened(path, "rb") as lines:
            for line in lines:
                number += 1
                found += [_row(line, len(found))] if line.strip() else []
    except (OSError, EOFError, ValueError) as error:
        raise YanmenError(
            Phrase(en=f"no labelled texts: {error}", zh=f"不是标注文本：{error}"),
            hint=Phrase(
                en='Each line is an object such as {"text": "…", "label": "attack", "class": "override"}.',
                zh='每行应为一个对象，例如 {"text": "…", "label": "attack", "class": "override"}。',
            ),
            where=f"{path}:{number}",
        ) from error
    return found


def _row(line: bytes, before: int) -> Row:
    if before >= MOST or len(line) > 8 * LONGEST:
        raise ValueError(f"more than {MOST:,} rows, or {8 * LONGEST:,} bytes in one")
    row = _decode(line)
    if len(row.text) > LONGEST:
        raise ValueError(f"a text of {len(row.text):,} characters")
    return row


_decode = msgspec.json.Decoder(Row).decode


@cache
def shipped(name: Literal["gates", "rehearsal"]) -> tuple[Row, ...]:
    """One of the sets that come with Yanmen."""
    return tuple(read(FOLDER / f"{name}.jsonl.gz"))


def digest(rows: Sequence[Row]) -> str:
    """SHA-256 in hex over the rows in their order: which data it was."""
    total = hashlib.sha256()
    for row in rows:
        for part in (row.text, row.label, row.channel, row.kind):
            total.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return total.hexdigest()
