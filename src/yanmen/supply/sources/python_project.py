"""pyproject.toml: standard metadata (PEP 621, PEP 735), and what Poetry, PDM, Flit, Hatch, uv and setuptools write there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import toml_of
from yanmen.supply.documents.text import Lines, items, table, word, words
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, own, python
from yanmen.supply.requirement import components
from yanmen.supply.sources.python_requirements import Requirements
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

_EXACT = re.compile(r"={0,3}\s*v?(\d[^\s,|*^~<>=!]*)")


class Asked(NamedTuple):
    """Requirements that stand together: of one extra or group."""

    texts: list[str]
    scope: Scope
    group: str = ""


class Pyproject(Extractor):
    """Reads pyproject.toml."""

    names = frozenset({"pyproject.toml"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The project itself, and what it asks for."""
        document, text = toml_of(file)
        project, tools = table(document.get("project")), table(document.get("tool"))
        poetry = table(tools.get("poetry"))
        yield from _itself(file, project, poetry)
        lines = Lines(text)
        for asked in (*_standard(document), *_by_tools(tools)):
            facts = {"group": asked.group} if asked.group else {}
            yield from components(
                file,
                ((one, lines.after(one, stay=True) or _line(lines, one)) for one in asked.texts),
                direct=True,
                scope=asked.scope,
                facts=facts,
            )
        yield from _groups(file, document)
        yield from _poetry(file, poetry, lines)
        yield from _dynamic(file, project, tools)


def _line(lines: Lines, text: str) -> int:
    return lines.after(text.replace('"', '\\"'), stay=True)


def _itself(file: File, project: dict[str, Any], poetry: dict[str, Any]) -> Iterator[Component]:
    name = word(project.get("name")) or word(poetry.get("name"))
    if not name:
        return
    licence = project.get("license") or poetry.get("license")
    said = word(licence) or word(table(licence).get("text"))
    marks = [one for one in words(project.get("classifiers")) if one.startswith("License ::")]
    version = word(project.get("version")) or word(poetry.get("version"))
    yield own(
        "pypi",
        name,
        version,
        where=file.at(),
        licences=tuple(one for one in (said, *marks) if one and "\n" not in one),
    )


def _standard(document: dict[str, Any]) -> Iterator[Asked]:
    project = table(document.get("project"))
    yield Asked(list(words(project.get("dependencies"))), "run")
    for extra, texts in table(project.get("optional-dependencies")).items():
        yield Asked(list(words(texts)), "optional", extra)
    yield Asked(list(words(table(document.get("build-system")).get("requires"))), "develop", "build")


def _by_tools(tools: dict[str, Any]) -> Iterator[Asked]:
    for group, texts in table(table(tools.get("pdm")).get("dev-dependencies")).items():
        yield Asked([one for one in words(texts) if not one.startswith("-e")], "develop", group)
    yield Asked(list(words(table(tools.get("uv")).get("dev-dependencies"))), "develop", "dev")
    for name, env in table(table(tools.get("hatch")).get("envs")).items():
        for key in ("dependencies", "extra-dependencies"):
            yield Asked([one for one in words(table(env).get(key)) if "{" not in one], "develop", name)
    flit = table(table(tools.get("flit")).get("metadata"))
    yield Asked(list(words(flit.get("requires"))), "run")
    for extra, texts in table(flit.get("requires-extra")).items():
        yield Asked(list(words(texts)), "optional", extra)


def _groups(file: File, document: dict[str, Any]) -> Iterator[Component | Unexamined]:
    """PEP 735: groups that include groups; each group's own requirements are read where they stand."""
    groups = table(document.get("dependency-groups"))
    for name, members in groups.items():
        texts = ((text, 0) for text in words(members))
        yield from components(file, texts, direct=True, scope="develop", facts={"group": name})
    if circle := _circle(groups):
        yield file.unread("malformed", f"dependency group {circle} includes itself")


def _circle(groups: dict[str, Any]) -> str:
    """A group that includes itself, by however many others; empty: none does."""
    further = {
        name: {word(table(one).get("include-group")) for one in items(members)} - {""}
        for name, members in groups.items()
    }
    done: set[str] = set()
    while free := {
        name for name, others in further.items() if name not in done and not (others & further.keys()) - done
    }:
        done |= free
    return min(further.keys() - done, default="")


def _poetry(file: File, poetry: dict[str, Any], lines: Lines) -> Iterator[Component | Unexamined]:
    asked: list[tuple[str, Any, Scope]] = [("", poetry.get("dependencies"), "run")]
    asked.append(("dev", poetry.get("dev-dependencies"), "develop"))
    for name, group in table(poetry.get("group")).items():
        asked.append((name, table(group).get("dependencies"), "develop"))
    for group, wanted, scope in asked:
        for name, rule in table(wanted).items():
            if name == "python":
                continue
            line = lines.after(f"\n{name} ", stay=True) or lines.after(f"\n{name}=", stay=True)
            for one in items(rule) or [rule]:
                try:
                    if made := _poetic(name, one, scope, group, file.at(line + 1 if line else 0)):
                        yield made
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail, line)


def _poetic(name: str, rule: Any, scope: Scope, group: str, where: str) -> Component | None:
    """Poetry's own form: a constraint, or a table with one; None: a path of the project."""
    fields = table(rule)
    if "path" in fields:
        return None
    constraint = word(rule) or word(fields.get("version"))
    facts = {"group": group} if group else {}
    for key in ("git", "url"):
        if url := word(fields.get(key)):
            facts["url"] = address(url)
    exact = _EXACT.fullmatch(constraint)
    return python(
        name,
        exact[1] if exact else "",
        where=where,
        constraint=constraint,
        direct=True,
        scope="optional" if fields.get("optional") is True else scope,
        facts=facts,
    )


def _dynamic(file: File, project: dict[str, Any], tools: dict[str, Any]) -> Iterator[Component | Unexamined]:
    """Requirements that setuptools or Hatch take from other files; from elsewhere they cannot be known."""
    dynamic = set(words(project.get("dynamic")))
    said = table(table(tools.get("setuptools")).get("dynamic"))
    sources = {
        "dependencies": [table(said.get("dependencies"))],
        "optional-dependencies": [table(one) for one in table(said.get("optional-dependencies")).values()],
    }
    hatch = table(table(table(tools.get("hatch")).get("metadata")).get("hooks"))
    from_files = table(hatch.get("requirements_txt"))
    for field, tables in sources.items():
        names = [name for one in tables for name in words(one.get("file"))]
        if field == "dependencies":
            names += list(words(from_files.get("files")))
        if field in dynamic and not names and not (field == "dependencies" and _in_setup(file)):
            yield file.unread("not-checked", f"{field} are made when it is built")
        for name in names:
            if other := file.beside(name):
                yield from Requirements().examined(other)
            else:
                yield file.unread("not-checked", f"{field} are in {name}, which is not within the root")


def _in_setup(file: File) -> bool:
    """Whether setup.cfg or setup.py stands beside it and is read by itself."""
    return bool(file.beside("setup.cfg") or file.beside("setup.py"))
