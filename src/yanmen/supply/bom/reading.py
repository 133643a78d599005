"""Others' bills of materials, read as components: CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value) and SPDX 3 (JSON-LD)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom import reading_cyclonedx, reading_spdx, reading_spdx3
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import decoded, table, word
from yanmen.supply.documents.xml import parsed_xml
from yanmen.supply.targets import Component
from yanmen.supply.walk import LARGEST, File, UnreadError, Walk, unexamined

HEAD = 4_096
"""Bytes of a file that tell whether it is one."""
_MARKS = re.compile(
    rb'"bomFormat"\s*:\s*"CycloneDX"|"spdxVersion"\s*:\s*"SPDX-|^SPDXVersion:\s*SPDX-|cyclonedx\.org/schema/bom'
    rb"|spdx\.org/rdf/3\.",
    re.MULTILINE,
)
_NAMED = re.compile(r"(?i)(^|[-_.])s?bom\.(json|xml)$|\.(cdx|spdx|cyclonedx)\.(json|xml)$|\.spdx$")


def looks_like_bom(path: Path) -> bool:
    """Whether a file's beginning says that it is a bill of materials; for JSON whose keys stand elsewhere, its name."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return False
    return begins(head) or named(path.name)


def begins(head: bytes) -> bool:
    """Whether a file that begins so is a bill of materials."""
    return bool(_MARKS.search(head))


def named(name: str) -> bool:
    """Whether a file is called as bills of materials are."""
    return bool(_NAMED.search(name))


def components(path: Path) -> Iterator[Component | Unexamined]:
    """What the bill of materials of a file says; what it says that it leaves out, and what cannot be read of it, is said."""
    try:
        found = next(iter(Walk(path)))
    except OSError as error:
        yield unexamined(str(path), "unreadable", error.strerror or str(error))
        return
    if isinstance(found, Unexamined):
        yield found
        return
    try:
        yield from read(found)
    except UnreadError as error:
        yield found.unread(error.reason, error.detail)


def read(file: File) -> Iterator[Component | Unexamined]:
    """The same of a file of a tree. UnreadError where it is no bill of materials."""
    data = file.bytes(LARGEST)
    if data.lstrip()[:1] == b"<":
        top = parsed_xml(data)
        if top.name != "bom":
            raise UnreadError("unsupported", "XML that is no CycloneDX")
        yield from reading_cyclonedx.read(file, reading_cyclonedx.of_xml(top))
        return
    text = decoded(data)
    if not text.lstrip().startswith("{"):
        yield from reading_spdx.read(file, reading_spdx.of_tags(text))
        return
    yield from _json(file, table(parsed_json(text)))


def _json(file: File, document: dict[str, Any]) -> Iterator[Component | Unexamined]:
    if document.get("bomFormat") == "CycloneDX":
        yield from reading_cyclonedx.read(file, document)
    elif word(document.get("spdxVersion")).startswith("SPDX-2"):
        yield from reading_spdx.read(file, document)
    elif "spdx.org/rdf/3" in str(document.get("@context", ""))[:200]:
        yield from reading_spdx.read(file, reading_spdx3.of_graph(document))
    else:
        raise UnreadError("unsupported", "no form of a bill of materials that is known")
