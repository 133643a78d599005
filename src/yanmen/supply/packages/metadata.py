"""What packages say of themselves: core metadata, entry points, pyproject.toml, package.json."""

from __future__ import annotations

import configparser
import json
import tomllib
from collections.abc import Mapping
from email.parser import HeaderParser
from typing import Any

from yanmen.supply.packages.package import Metadata
from yanmen.supply.targets import Artifact

LONGEST = 512_000
"""Bytes read of a file of metadata."""
_DESCRIPTION = 20_000


def text_of(artifact: Artifact | None, most: int = LONGEST) -> str:
    """A member as text; empty where there is none or it cannot be read."""
    if artifact is None:
        return ""
    try:
        return artifact.read(0, most).decode("utf-8", "replace")
    except OSError:
        return ""


def core(text: str, entry_points: str = "", project: str = "") -> Metadata:
    """A METADATA or PKG-INFO file, with entry_points.txt and pyproject.toml where there are any."""
    said = HeaderParser().parsestr(text)
    links = [str(link).partition(",")[2].strip() or str(link) for link in said.get_all("Project-URL", [])]
    links += [
        str(said[key]) for key in ("Home-page", "Download-URL") if said.get(key, "UNKNOWN") != "UNKNOWN"
    ]
    backend, paths = backend_of(project)
    body = said.get_payload()
    description = said.get("Description") or (body if isinstance(body, str) else "")
    return Metadata(
        name=str(said.get("Name", "")).strip(),
        version=str(said.get("Version", "")).strip(),
        summary=_known(said.get("Summary", "")),
        description=_known(description)[:_DESCRIPTION],
        links=tuple(link for link in links if link),
        author=_known(said.get("Author", "") or said.get("Author-email", "")),
        needs=tuple(str(need) for need in said.get_all("Requires-Dist", [])),
        entry_points=groups(entry_points),
        backend=backend,
        backend_paths=paths,
        known=bool(said.get("Name")),
    )


def _known(value: object) -> str:
    text = str(value).strip()
    return "" if text == "UNKNOWN" else text


def groups(text: str) -> dict[str, tuple[str, ...]]:
    """entry_points.txt: group to its lines; empty where it cannot be read."""
    reader = configparser.RawConfigParser(delimiters=("=",), strict=False)
    reader.optionxform = str  # type: ignore[assignment,method-assign]  # names of entry points keep their case
    try:
        reader.read_string(text)
    except (configparser.Error, ValueError):
        return {}
    return {
        group: tuple(f"{name} = {value}" for name, value in reader.items(group))
        for group in reader.sections()
    }


def backend_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The build backend of a pyproject.toml, and where it lies when it is part of the tree."""
    try:
        said = tomllib.loads(text).get("build-system", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return "", ()
    if not isinstance(said, Mapping):
        return "", ()
    paths = said.get("backend-path", [])
    return str(said.get("build-backend", "")), tuple(map(str, paths)) if isinstance(paths, list) else ()


def package_json(text: str) -> Metadata:
    """A package.json; not known where it is none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Metadata()
    if not isinstance(said, dict):
        return Metadata()
    links = [_link(said.get(key)) for key in ("homepage", "repository", "bugs")]
    return Metadata(
        name=_string(said.get("name")),
        version=_string(said.get("version")),
        summary=_string(said.get("description")),
        links=tuple(link for link in links if link),
        author=_link(said.get("author"), "name"),
        needs=tuple(
            f"{name}@{wanted}"
            for key in ("dependencies", "optionalDependencies")
            for name, wanted in _strings(said.get(key)).items()
        ),
        scripts=_strings(said.get("scripts")),
        entry_points=_npm_entries(said),
        known=True,
    )


def _npm_entries(said: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    mains = [_string(said.get(key)) for key in ("main", "module", "browser")]
    mains += list(_leaves(said.get("exports"), 6))
    found["main"] = tuple(dict.fromkeys(main for main in mains if main)) or ("index.js",)
    shown = said.get("bin")
    found["bin"] = (
        tuple(_strings(shown).values()) if isinstance(shown, dict) else (_string(shown),) * bool(shown)
    )
    return found


def _leaves(value: object, depth: int) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict) and depth:
        return tuple(leaf for one in list(value.values())[:50] for leaf in _leaves(one, depth - 1))
    return ()


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): one for name, one in value.items() if isinstance(one, str)}


def _link(value: object, key: str = "url") -> str:
    return _string(value.get(key)) if isinstance(value, dict) else _string(value)
