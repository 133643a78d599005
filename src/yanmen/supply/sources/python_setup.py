"""setup.cfg, and setup.py as far as it can be read without being run."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import Lines, text
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import own
from yanmen.supply.requirement import components
from yanmen.supply.sources.python_requirements import Requirements
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File

LARGEST = 2 << 20
"""Bytes of a setup.py."""
_LISTS: dict[str, Scope] = {
    "install_requires": "run",
    "setup_requires": "develop",
    "tests_require": "develop",
}


class SetupCfg(Extractor):
    """Reads setup.cfg, as setuptools does."""

    names = frozenset({"setup.cfg"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The project itself, and what it asks for."""
        content = text(file, LARGEST)
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(content)
        except configparser.Error as error:
            yield file.unread("malformed", str(error))
            return
        name = parser.get("metadata", "name", fallback="").strip()
        if name and ":" not in name:
            version = parser.get("metadata", "version", fallback="").strip()
            licence = parser.get("metadata", "license", fallback="").strip()
            literal = "" if version.startswith(("attr:", "file:")) else version
            yield own("pypi", name, literal, where=file.at(), licences=(licence,) if licence else ())
        lines = Lines(content)
        for key, scope in _LISTS.items():
            yield from _listed(file, lines, parser.get("options", key, fallback=""), scope, "")
        if parser.has_section("options.extras_require"):
            for extra, wanted in parser.items("options.extras_require"):
                yield from _listed(file, lines, wanted, "optional", extra)


def _listed(
    file: File, lines: Lines, wanted: str, scope: Scope, group: str
) -> Iterator[Component | Unexamined]:
    if wanted.strip().startswith("file:"):
        for name in wanted.strip().removeprefix("file:").split(","):
            other = file.beside(name.strip())
            if other is None:
                yield file.unread(
                    "not-checked", f"requirements are in {name.strip()}, which is not within the root"
                )
            else:
                yield from Requirements().examined(other)
        return
    separated = wanted.replace(";", "\n") if "\n" not in wanted.strip() and wanted.count(";") > 1 else wanted
    texts = ((one.strip(), lines.after(one.strip(), stay=True)) for one in separated.splitlines())
    bare = ((one.split(" #")[0].strip(), line) for one, line in texts if not one.startswith("#"))
    facts = {"group": group} if group else {}
    yield from components(file, bare, direct=True, scope=scope, facts=facts)


class SetupPy(Extractor):
    """Reads setup.py as a text: what it passes to setup() literally. It is never run."""

    names = frozenset({"setup.py"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """What it passes literally; what it computes could not be judged."""
        try:
            tree = ast.parse(text(file, LARGEST))
        except (SyntaxError, ValueError) as error:
            yield file.unread("malformed", f"no Python: {error}")
            return
        known = _assigned(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _is_setup(call.func):
                yield from _call(file, call, known)


def _is_setup(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "setup"


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """What is assigned at the top level, once."""
    found: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for statement in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                twice |= {target.id} & found.keys()
                value = getattr(statement, "value", None)
                if isinstance(value, ast.expr) and not isinstance(statement, ast.AugAssign):
                    found[target.id] = value
                else:
                    twice.add(target.id)
        if isinstance(statement, ast.Call) and isinstance(statement.func, ast.Attribute):
            twice.add(getattr(statement.func.value, "id", ""))  # a list that grows
    return {name: value for name, value in found.items() if name not in twice}


def _call(file: File, call: ast.Call, known: dict[str, ast.expr]) -> Iterator[Component | Unexamined]:
    given = {one.arg: one.value for one in call.keywords}
    name = _string(given.get("name"), known)
    if name:
        yield own("pypi", name, _string(given.get("version"), known), where=file.at(call.lineno))
    if None in given:
        yield file.unread("not-checked", "setup() is given what the file computes", call.lineno)
    for key, scope in _LISTS.items():
        if key in given:
            yield from _strings(file, given[key], known, scope, "")
    extras = _resolved(given.get("extras_require"), known)
    if isinstance(extras, ast.Dict):
        for key_node, value in zip(extras.keys, extras.values, strict=True):
            yield from _strings(file, value, known, "optional", _string(key_node, known))
    elif extras is not None:
        yield file.unread("not-checked", "extras_require is computed", extras.lineno)


def _resolved(node: ast.expr | None, known: dict[str, ast.expr]) -> ast.expr | None:
    return known.get(node.id, node) if isinstance(node, ast.Name) else node


def _string(node: ast.expr | None, known: dict[str, ast.expr]) -> str:
    value = _resolved(node, known)
    return value.value.strip() if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _strings(
    file: File, node: ast.expr, known: dict[str, ast.expr], scope: Scope, group: str
) -> Iterator[Component | Unexamined]:
    value = _resolved(node, known)
    facts = {"group": group} if group else {}
    members = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else [value]
    for member in members:
        said = _string(member, known)
        if said:
            texts = ((one.strip(), getattr(member, "lineno", 0)) for one in said.splitlines())
            yield from components(file, texts, direct=True, scope=scope, facts=facts)
        elif not isinstance(member, ast.Constant):
            yield file.unread("not-checked", "requirements that the file computes", node.lineno)
