"""Distributions of Python as they are installed: dist-info, egg-info, and whether their files are those that were installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.headers import first, headers
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, own, python
from yanmen.supply.records import recorded
from yanmen.supply.requirement import needed
from yanmen.supply.targets import Component
from yanmen.supply.walk import INSTALLED, File, UnreadError

METADATA = 16 << 20
"""Bytes of a METADATA file."""
_SMALL = 65_536
_LICENCE = 200
_NAMED = 10
"""Files that are named of those that differ."""
_SECTION = re.compile(r"^\[(.*)\]\s*$")


class Installed(Extractor):
    """Reads the dist-info and egg-info folders that installers leave, wherever they stand."""

    names = frozenset({"metadata", "pkg-info", "record"})
    endings = (".egg-info",)
    beside = frozenset({"installer", "direct_url.json", "requested", "requires.txt"})
    installed = True

    def wants(self, file: File) -> bool:
        """A RECORD is read only where it lacks its METADATA."""
        folder = file.folder.rpartition("/")[2].lower()
        if file.name == "RECORD":
            return folder.endswith(".dist-info") and file.beside("METADATA") is None
        if file.name == "METADATA":
            return folder.endswith(".dist-info")
        return folder.endswith(".egg-info") or folder == "egg-info" or file.name.endswith(".egg-info")

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The distribution; what was installed from a folder of one's own is a project, not a package of the index."""
        if file.name == "RECORD":
            yield file.unread("malformed", "a distribution without METADATA")
            return
        said = headers(file.bytes(METADATA).decode("utf-8", "replace"))
        name, version = first(said, "name"), first(said, "version")
        if not name:
            yield file.unread("malformed", "a distribution without a name")
            return
        origin, facts = _origin(file)
        facts |= _facts(said)
        if installer := _small(file, "INSTALLER"):
            facts["installer"] = installer[:40]
        elif f"/{file.path}".startswith("/usr/lib/python3/dist-packages/"):
            facts["installer"] = (
                "debian"  # where only dpkg puts things: Debian's patches are in it, whatever its version says
            )
        if file.name == "METADATA":
            try:
                facts |= _changed(file)
            except UnreadError as error:
                yield file.unread(error.reason, f"RECORD: {error.detail}")
        if within := _vendored(file):
            facts["vendored_in"] = within
        fields: dict[str, Any] = {
            "how": "vendored" if within else "installed",
            "where": file.at(),
            "licences": licences(said),
            "needs": _needs(file, said),
            "facts": facts,
        }
        if not file.inside and "egg-info" in file.path.lower():
            yield own("pypi", name, version, **fields)  # what a build left in the project's own folder
        elif origin == "folder":
            yield own("pypi", name, version, **fields)
        else:
            direct = _direct(file, facts)
            yield python(name, version, direct=direct, **fields)


def _vendored(file: File) -> str:
    """The package that carries it within itself, where it does not stand in site-packages; no interpreter would find it there."""
    place = file.folder if file.name.endswith(".egg-info") else file.folder.rpartition("/")[0]
    above = place.split("/")
    if file.inside != "python" or not above[-1] or above[-1] in INSTALLED or above[-1].endswith(".egg"):
        return ""
    last = max(index for index, name in enumerate(above) if name in INSTALLED)
    return above[last + 1]


def _facts(said: dict[str, list[str]]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for key, header in (("homepage", "home-page"), ("supplier", "author"), ("supplier", "author-email")):
        if value := first(said, header):
            facts.setdefault(key, value.partition("\n")[0][:_LICENCE])
    return facts


def licences(said: dict[str, list[str]]) -> tuple[str, ...]:
    """What metadata says of the licence: the expression, else the free text's first line and the classifiers."""
    if expression := first(said, "license-expression"):
        return (expression,)
    marks = [one for one in said.get("classifier", []) if one.startswith("License ::")]
    text = first(said, "license").strip()
    said_so = (
        [text]
        if text and "\n" not in text and len(text) <= _LICENCE
        else [text.partition("\n")[0][:_LICENCE]]
        if text
        else []
    )
    return tuple(dict.fromkeys([*said_so, *marks]))


def _small(file: File, name: str) -> str:
    found = file.beside(name)
    if found is None or found.size > _SMALL:
        return ""
    return found.bytes(_SMALL).decode("utf-8", "replace").strip()


def _direct(file: File, facts: dict[str, str]) -> bool | None:
    """Pip and uv leave a file REQUESTED for what was named to them, and a lock file names all: only its absence tells."""
    known = facts.get("installer") in {"pip", "uv"} and file.name == "METADATA"
    return False if known and file.beside("REQUESTED") is None else None


def _origin(file: File) -> tuple[str, dict[str, str]]:
    """PEP 610: where it was installed from, when not from an index."""
    said = _small(file, "direct_url.json")
    if not said:
        return "", {}
    document = table(parsed_json(said))
    url = word(document.get("url"))
    facts = {"url": address(url)}
    if table(document.get("dir_info")).get("editable") is True:
        facts["editable"] = "yes"
    if commit := word(table(document.get("vcs_info")).get("commit_id")):
        facts["commit"] = commit
    if "dir_info" in document:
        facts.pop("url")  # a path of this machine
        return "folder", facts
    return "address", facts


def _needs(file: File, said: dict[str, list[str]]) -> tuple[str, ...]:
    """Requires-Dist; for eggs the sections of requires.txt that no extra guards."""
    if file.name == "PKG-INFO" and (listed := _small(file, "requires.txt")):
        texts, extra = [], ""
        for line in listed.splitlines():
            if found := _SECTION.match(line):
                extra = found[1].partition(":")[0]
            elif line.strip() and not extra:
                texts.append(line.strip())
        return needed(texts)
    return needed(said.get("requires-dist", []))


def _changed(file: File) -> dict[str, str]:
    """Files that the RECORD lists and that are gone or of another size: some names, and how many there are."""
    record = file.beside("RECORD")
    if record is None:
        return {}
    found = [path for path, _, size in recorded(record) if record.tree.size(path) != size]
    return {"changed": f"{len(found)}: {', '.join(found[:_NAMED])}"} if found else {}
