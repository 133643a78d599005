"""What the plug-ins of a module look at, read from its text: whoever asks for one kind of target need not load all the others.

Only the form that the house writes is understood: ``class Name(Detector[Target]):``, or a base that a module of the house
declares so. tests/architecture holds it against what the loaded classes say.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_CLASS = re.compile(r"^class (\w+)\(([^()]*)\):", re.MULTILINE)
_IMPORT = re.compile(r"^from ([\w.]+) import (?:\(([^()]*)\)|(.+))$", re.MULTILINE)
_PLUGIN = re.compile(r"(?:Detector|Source)\[(\w+)\]")
_WORD = re.compile(r"\w+")


def modules(root: Path, package: str) -> dict[str, Path]:
    """The file of every module in a package's folder, by its full name, sorted; nothing is loaded."""
    found = {}
    for path in root.rglob("*.py"):
        inside = path.relative_to(root).with_suffix("").parts
        parts = inside[:-1] if inside[-1] == "__init__" else inside
        found[".".join((package, *parts))] = path
    return dict(sorted(found.items()))


@cache
def targets(name: str, root: Path) -> frozenset[str]:
    """The names of what the plug-ins of a module of this folder look at."""
    found = {target for said in _declared(name, root).values() for target in said}
    return frozenset(found)


@cache
def _declared(name: str, root: Path) -> dict[str, frozenset[str]]:
    """What each class of a module looks at: by its own bases, or by theirs."""
    text = _text(name, root)
    known: dict[str, frozenset[str]] = {}
    for found in _CLASS.finditer(text):
        said = set(_PLUGIN.findall(found[2]))
        for base in _WORD.findall(found[2]):
            said |= known.get(base) or _elsewhere(base, text, root)
        known[found[1]] = frozenset(said)
    return known


def _elsewhere(base: str, text: str, root: Path) -> frozenset[str]:
    """What a base looks at that another module of the house declares."""
    for module, many, few in _IMPORT.findall(text):
        if module.startswith("yanmen.") and base in _WORD.findall(many or few):
            return _declared(module, root).get(base, frozenset())
    return frozenset()


def _text(name: str, root: Path) -> str:
    path = root.joinpath(*name.split(".")[1:])
    file = path.with_suffix(".py")
    return (file if file.is_file() else path / "__init__.py").read_text("utf-8")
