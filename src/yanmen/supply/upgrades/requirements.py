"""Files of pip's requirements: a line is changed in its version only; comments, markers and extras stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from yanmen.supply.upgrades import ranges
from yanmen.supply.upgrades.manifests import HASHES, Change, Edited, bounded

_LINE = re.compile(
    r"(?P<head>\s*[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*)(?P<spec>\(?[^;#@\\]*?\)?)(?P<tail>\s*(?:;.*|\s#.*|\\.*|--hash.*|\s--.*)?)",
    re.DOTALL,
)
_HASH = re.compile(r"\s*\\?\s*--hash[= ]\S+")


def edited(text: str, name: str, version: str, hashes: Sequence[str] = ()) -> Edited:
    """Every line that asks for a package. ``hashes``: of the new version, from a resolver (``sha256:…``)."""
    lines = text.splitlines(keepends=True)
    changes: list[Change] = []
    place = 0
    while place < len(lines):
        end = _end(lines, place)
        whole = "".join(lines[place:end])
        if after := _raised(whole, name, version, hashes):
            hashed = "--hash" in whole
            notes = (HASHES,) if hashed and not hashes else ()
            changes.append(
                Change(
                    place + 1, _first(whole), _first(after), (*notes, *bounded(_first(whole), _first(after)))
                )
            )
            lines[place:end] = [after]
            end = place + 1
        place = end
    return Edited("".join(lines), tuple(changes))


def added(text: str, name: str, version: str, because: str) -> Edited:
    """A line at the end, for what nothing here asks for by name. ``because`` is said in a comment."""
    before = text if text.endswith("\n") or not text else text + "\n"
    line = f"{name}>={version}  # {because}"
    return Edited(f"{before}{line}\n", (Change(before.count("\n") + 1, "", line),))


def is_requirements(file: str) -> bool:
    """By its name, as people name them."""
    last = file.rpartition("/")[2].lower()
    return last.endswith((".txt", ".in")) and (
        "require" in last or "constraint" in last or "/requirements/" in f"/{file.lower()}"
    )


def _end(lines: Sequence[str], place: int) -> int:
    while (
        place < len(lines) - 1
        and lines[place].rstrip("\r\n").endswith("\\")
        and not lines[place].lstrip().startswith("#")
    ):
        place += 1
    return place + 1


def _first(whole: str) -> str:
    return whole.splitlines()[0].rstrip("\\").rstrip() if whole else ""


def _raised(whole: str, name: str, version: str, hashes: Sequence[str]) -> str:
    """The line as it would be; empty where it asks for something else, or for no version."""
    bare = whole.split("#", 1)[0] if not whole.lstrip().startswith("#") else ""
    found = _LINE.fullmatch(whole.rstrip("\r\n"))
    asked = (
        _HASH.split(bare, maxsplit=1)[0]
        .replace("\\\n", " ")
        .replace("\\\r\n", " ")
        .strip()
        .rstrip("\\")
        .strip()
    )
    try:
        requirement = Requirement(re.split(r"\s--", asked, maxsplit=1)[0])
    except InvalidRequirement:
        return ""
    if canonicalize_name(requirement.name) != name or requirement.url or found is None:
        return ""
    spec = found["spec"].strip().strip("()")
    try:
        raised = ranges.pep440(spec, version)
    except ValueError:
        return ""
    ending = whole[len(whole.rstrip("\r\n")) :]
    tail = found["tail"]
    if "--hash" in tail:
        tail = _HASH.sub("", tail).rstrip()
        tail += "".join(f" \\\n    --hash={one}" for one in hashes)
    gap = " " if tail and not tail[0].isspace() and tail[0] != ";" else ""
    return f"{found['head'].rstrip()}{raised}{gap}{tail}{ending}"
