"""The manifests as they would be with what is wanted, and the patch between."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from yanmen.core.nouns import Phrase
from yanmen.supply.upgrades import package_json, pyproject, requirements
from yanmen.supply.upgrades.manifests import MAJOR, Change, Edited
from yanmen.supply.upgrades.wanted import Edit, Want, Ways, major

CONSTRAINTS = "constraints.txt"
"""Made anew where a project has no file that could hold a constraint."""
_NEW = Phrase(
    en=f"a new file: install with `-c {CONSTRAINTS}`", zh=f"新增文件：安装时请加上 `-c {CONSTRAINTS}`"
)


class Draft(NamedTuple):
    """What would change."""

    files: Mapping[str, str]
    """All manifests, changed or not."""
    edits: tuple[Edit, ...]
    lacking: tuple[Want, ...]
    """For these there is no manifest to write to."""

    def patch(self, before: Mapping[str, str]) -> str:
        """Unified, one file after the other."""
        return "".join(_patch(path, before.get(path), text) for path, text in sorted(self.files.items()))


def draft(
    files: Mapping[str, str],
    wants: Iterable[Want],
    *,
    ways: Ways | None = None,
    hashes: Mapping[str, Sequence[str]] | None = None,
    direct: bool = False,
) -> Draft:
    """Write each want to every manifest that asks for the package, or else, unless only ``direct`` ones, as a constraint."""
    texts = dict(files)
    edits: list[Edit] = []
    lacking: list[Want] = []
    for want in wants:
        found = _direct(texts, want, (hashes or {}).get(want.name, ()))
        if not found and not direct:
            found = _constraint(texts, want, ways)
        edits += found
        if not found:
            lacking.append(want)
    return Draft(texts, tuple(edits), tuple(lacking))


def kind(path: str) -> str:
    """Which editor a manifest needs; empty: none."""
    name = path.rpartition("/")[2]
    if name in {"pyproject.toml", "package.json"}:
        return name
    return "requirements" if requirements.is_requirements(path) else ""


def _direct(texts: dict[str, str], want: Want, hashes: Sequence[str]) -> list[Edit]:
    edits: list[Edit] = []
    for path in sorted(texts):
        changed = _edited(path, texts[path], want, hashes)
        if changed is not None and changed.changes and changed.text != texts[path]:
            texts[path] = changed.text
            edits += [
                _edit(path, want, change) for change in changed.changes if change.before != change.after
            ]
    return edits


def _edited(path: str, text: str, want: Want, hashes: Sequence[str]) -> Edited | None:
    match kind(path), want.ecosystem:
        case "requirements", "PyPI":
            return requirements.edited(text, want.name, want.version, hashes)
        case "pyproject.toml", "PyPI":
            return pyproject.edited(text, want.name, want.version)
        case "package.json", "npm":
            return package_json.edited(text, want.name, want.version)
        case _:
            return None


def _constraint(texts: dict[str, str], want: Want, ways: Ways | None) -> list[Edit]:
    way = next((found[0] for purl in want.purls if ways and (found := ways(purl))), ())
    names = [purl.partition("?")[0].rpartition("/")[2].partition("@")[0] for purl in way[:-1]]
    notes: tuple[Phrase, ...] = (
        (Phrase(en=f"asked for by {' → '.join(names)}", zh=f"由 {' → '.join(names)} 引入"),) if names else ()
    )
    if want.ecosystem == "npm":
        held = sorted((path for path in texts if kind(path) == "package.json"), key=_depth)
        if not held:
            return []
        path, changed = held[0], package_json.added(texts[held[0]], want.name, want.version)
    else:
        path = _holder(texts)
        if not path:
            return []
        notes += () if path in texts else (_NEW,)
        because = f"{', '.join(want.ids[:3])}; not asked for by name" + (
            f", {names[0]} needs it" if names else ""
        )
        changed = requirements.added(texts.get(path, ""), want.name, want.version, because)
    texts[path] = changed.text
    return [_edit(path, want, change, notes) for change in changed.changes]


def _holder(texts: Mapping[str, str]) -> str:
    """The file for a constraint: one of constraints, else of requirements, else a new one where there is a pyproject.toml."""
    held = sorted(
        (path for path in texts if kind(path) == "requirements" and path.endswith(".txt")), key=_depth
    )
    named = [path for path in held if "constraint" in path.rpartition("/")[2]]
    plain = [path for path in held if path.rpartition("/")[2] == "requirements.txt"]
    if found := [*named, *plain, *held]:
        return found[0]
    return CONSTRAINTS if any(kind(path) == "pyproject.toml" for path in texts) else ""


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _edit(path: str, want: Want, change: Change, notes: tuple[Phrase, ...] = ()) -> Edit:
    crossed = (MAJOR,) if want.current and major(want.current) != major(want.version) else ()
    return Edit(
        path=path,
        line=change.line,
        name=want.name,
        before=change.before,
        after=change.after,
        version=want.version,
        ids=want.ids,
        notes=(*notes, *change.notes, *crossed),
    )


def _patch(path: str, before: str | None, after: str) -> str:
    if before == after:
        return ""
    old = (before or "").splitlines(keepends=True)
    lines = difflib.unified_diff(
        old, after.splitlines(keepends=True), f"a/{path}" if before is not None else "/dev/null", f"b/{path}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
