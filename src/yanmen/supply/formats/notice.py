"""A NOTICE: what the components of a project demand to be said of them, with their licences' texts where they are at hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from yanmen.core.config import Licences
from yanmen.supply.formats.words import say
from yanmen.supply.licences import Judge
from yanmen.supply.report import Report, Result
from yanmen.supply.targets import Artifact, Component
from yanmen.supply.walk import within

LARGEST = 256 << 10
"""Bytes of one licence's text."""
FILES = 20
"""Texts of one component."""
_NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "AUTHORS")
_COPYRIGHT = re.compile(
    r"^\W{0,4}(copyright\s*(?:\(c\)|©|\d{4}).{0,200}|©.{0,200}|版权所有.{0,200})$", re.IGNORECASE
)
_RULE = "-" * 72


def written(report: Report, tongue: str) -> bytes:
    """Every component that becomes part of the work, its licence, what that demands, and each text once."""
    texts: dict[str, str] = {}
    lines = [say(tongue, "notice"), ""]
    for result in report.targets:
        judge = Judge(Licences(), part=False)
        for component in result.components:
            if component.scope != "run" or component.facts.get("role") == "project":
                continue
            lines += _entry(component, result, judge, texts, tongue)
    for digest, text in texts.items():
        lines += [_RULE, f"[{digest}]", "", text.strip(), ""]
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8", "replace")


def _entry(
    component: Component, result: Result, judge: Judge, texts: dict[str, str], tongue: str
) -> list[str]:
    judged = judge.of(component.licences)
    lines = [f"{component.name} {component.version}".strip()]
    lines.append("  " + (judged.expression or say(tongue, "no_licence")))
    lines += [f"  {say(tongue, f'owes_{one}')}" for one in judged.obligations]
    if home := component.facts.get("homepage"):
        lines.append(f"  {home}")
    for text in _texts(component, result):
        lines += [f"  {line}" for line in _copyrights(text)]
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        texts.setdefault(digest, text)
        lines.append(f"  [{digest}]")
    return [*lines, ""]


def _texts(component: Component, result: Result) -> Iterator[str]:
    """The licence files beside an installed package's metadata."""
    place = component.where.partition("#")[0]
    folder = within("", str(PurePosixPath(place).parent))
    root = Path(result.path)
    if component.how != "installed" or folder is None or not root.is_dir():
        return
    beside = root / folder
    found = [one for one in sorted((*beside.glob("*"), *beside.glob("licenses/**/*"))) if _is_licence(one)]
    for path in found[:FILES]:
        try:
            artifact = Artifact.of(path)
            if artifact.size <= LARGEST:
                yield artifact.read(0, LARGEST).decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:
            continue


def _is_licence(path: Path) -> bool:
    return path.name.upper().startswith(_NAMES) and path.is_file()


def _copyrights(text: str) -> list[str]:
    found = (_COPYRIGHT.match(line.strip()) for line in text.split("\n")[:400])
    return list(dict.fromkeys(match[1] for match in found if match))[:10]
