"""Lock files of Python: Pipfile.lock, poetry.lock, uv.lock, pdm.lock, pylock.toml (PEP 751); and the Pipfile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import Keys, later, object_of, toml_of
from yanmen.supply.documents.text import Lines, items, table, word, words
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, digests, own, pypi, python
from yanmen.supply.requirement import needed
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

_LOCAL = ("editable", "virtual", "directory", "path")


class Pipfile(Extractor):
    """Reads a Pipfile."""

    names = frozenset({"pipfile"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Packages and packages for development; categories are for development."""
        document, text = toml_of(file)
        lines = Lines(text)
        for section, wanted in document.items():
            if section in {"source", "requires", "scripts", "pipenv", "pipfile"}:
                continue
            lines.restart()
            lines.after(f"[{section}]")
            for name, rule in table(wanted).items():
                if any(key in table(rule) for key in ("path", "editable")):
                    continue
                constraint = word(rule) or word(table(rule).get("version"))
                try:
                    yield python(
                        name,
                        _exact(constraint),
                        where=file.at(lines.after(name, stay=True)),
                        constraint=constraint,
                        direct=True,
                        scope="run" if section == "packages" else "develop",
                    )
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail)


def _exact(constraint: str) -> str:
    found = re.fullmatch(r"={2,3}\s*([^\s,;*]+)", constraint)
    return found[1] if found else ""


class PipfileLock(Extractor):
    """Reads Pipfile.lock."""

    names = frozenset({"pipfile.lock"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every category; ``default`` is what runs."""
        document, text = object_of(file)
        keys = Keys(text)
        for category, packages in table(document).items():
            if category == "_meta":
                continue
            for name, entry in table(packages).items():
                where = file.at(keys.line(name))
                fields = table(entry)
                hashes, facts = digests(list(words(fields.get("hashes"))))
                if marker := word(fields.get("markers")):
                    facts["marker"] = marker
                if url := word(fields.get("git")) or word(fields.get("file")):
                    facts["url"] = address(url)
                if "path" in fields and not facts.get("url"):
                    continue
                try:
                    yield python(
                        name,
                        _exact(word(fields.get("version"))),
                        how="locked",
                        where=where,
                        scope="run" if category == "default" else "develop",
                        hashes=hashes,
                        facts=facts,
                    )
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail)


_VERSIONS = {"pylock": "lock-version", "uv": "version"}
_NEWEST = {"pylock": 1, "uv": 1}
"""Versions of formats that are known; Poetry and PDM keep theirs compatible."""


class TomlLock(Extractor):
    """Reads poetry.lock, uv.lock, pdm.lock and pylock.toml, which differ in how they name files and needs."""

    names = frozenset({"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"})
    endings = (".toml",)

    def wants(self, file: File) -> bool:
        """PEP 751 allows ``pylock.NAME.toml``."""
        named = file.name.lower() in self.names or re.fullmatch(r"pylock\.[^.]+\.toml", file.name)
        return bool(named) and not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every package with its files' digests and what it needs."""
        document, text = toml_of(file)
        form = file.name.lower().partition(".")[0]
        yield from later(file, document.get(_VERSIONS.get(form, ""), ""), _NEWEST.get(form, 0))
        packages = [table(one) for one in items(document.get("packages" if form == "pylock" else "package"))]
        packages = _with_extras(packages)
        versions = _versions(packages)
        scopes = _uv_scopes(packages) if form == "uv" else {}
        asked = _asked(packages) if form == "uv" else None
        header = "[[packages]]" if form == "pylock" else "[[package]]"
        lines = Lines(text)
        old = table(table(document.get("metadata")).get("files"))
        for package in packages:
            line = lines.after(header)
            try:
                made = _locked(package, versions, file.at(line), old)
                if made is None:
                    continue
                direct = None if asked is None or made.facts.get("role") else made.name in asked
                scope = scopes.get(made.name, made.scope)
                yield _with(made, direct, scope)
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, line)


def _with_extras(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Uv notes which extras are asked for: what they bring is needed by the package that has them."""
    asked: dict[str, set[str]] = {}
    for package in packages:
        lists = [package.get("dependencies")]
        for groups in ("optional-dependencies", "dev-dependencies"):
            lists += list(table(package.get(groups)).values())
        for one in (table(one) for listed in lists for one in items(listed)):
            if extras := set(words(one.get("extra"))):
                asked.setdefault(word(one.get("name")), set()).update(extras)
    found = []
    for package in packages:
        offered = table(package.get("optional-dependencies"))
        more = [
            one
            for name in sorted(asked.get(word(package.get("name")), ()))
            for one in items(offered.get(name))
        ]
        found.append(
            {**package, "dependencies": [*items(package.get("dependencies")), *more]} if more else package
        )
    return found


def _with(made: Component, direct: bool | None, scope: Scope) -> Component:
    return msgspec.structs.replace(made, direct=direct, scope=scope)


def _versions(packages: list[dict[str, Any]]) -> dict[str, str]:
    """The version locked of each name; of a name locked twice (for two platforms) none."""
    found: dict[str, str] = {}
    for package in packages:
        name = canonicalize_name(word(package.get("name")))
        found[name] = "" if name in found else word(package.get("version"))
    return found


def _locked(
    package: dict[str, Any], versions: dict[str, str], where: str, old: dict[str, Any]
) -> Component | None:
    name, version = word(package.get("name")), word(package.get("version"))
    source = table(package.get("source"))
    needs = _needs(package, versions)
    if any(key in source for key in _LOCAL) or "directory" in package:
        return own("pypi", name, version, how="locked", where=where, needs=needs)
    hashes, facts = digests(_files(package) + _old_files(old.get(name)))
    if url := _url(package, source):
        facts["url"] = url
    if marker := word(package.get("marker")) or word(package.get("markers")):
        facts["marker"] = marker
    return python(
        name,
        version,
        how="locked",
        where=where,
        scope=_scope(package),
        hashes=hashes,
        facts=facts,
        needs=needs,
    )


def _scope(package: dict[str, Any]) -> Scope:
    """Of Poetry (``category``, ``groups``, ``optional``) and PDM (``groups``); elsewhere ``run``."""
    groups = set(words(package.get("groups"))) | ({word(package.get("category"))} - {""})
    if groups and not groups & {"main", "default"}:
        return "develop"
    return "optional" if package.get("optional") is True else "run"


def _files(package: dict[str, Any]) -> list[str]:
    """Digests of its files, as each form lists them."""
    listed = [
        *items(package.get("files")),
        *items(package.get("wheels")),
        package.get("sdist"),
        package.get("archive"),
    ]
    found = []
    for one in listed:
        fields = table(one)
        found.append(word(fields.get("hash")))
        found.extend(
            f"{algorithm}:{word(digits)}" for algorithm, digits in table(fields.get("hashes")).items()
        )
    return found


def _old_files(listed: Any) -> list[str]:
    """Poetry before 1.3 kept digests in one table at the end."""
    return [word(table(one).get("hash")) for one in items(listed)]


def _url(package: dict[str, Any], source: dict[str, Any]) -> str:
    """Where it is from, when not from an index."""
    for key in ("git", "url"):
        if found := word(source.get(key)):
            kind = word(source.get("type"))
            return "" if kind == "legacy" else address(found)
    for key in ("vcs", "archive"):
        if found := word(table(package.get(key)).get("url")):
            return address(found)
    return address(word(package.get("git")) or word(package.get("url")))


def _needs(package: dict[str, Any], versions: Mapping[str, str]) -> tuple[str, ...]:
    """What it needs: uv and PEP 751 list tables, PDM lists requirements, Poetry a table."""
    listed = package.get("dependencies")
    names: list[tuple[str, str]] = []
    if isinstance(listed, dict):
        optional = {name for name, rule in listed.items() if table(rule).get("optional") is True}
        names = [(name, "") for name in listed if name not in optional]
    else:
        names = [(word(table(one).get("name")), word(table(one).get("version"))) for one in items(listed)]
    found = set()
    for name, version in names:
        if name:
            found.add(_known(name, version, versions))
    texts = needed(list(words(listed)))
    found |= {_known(one.removeprefix("pkg:pypi/"), "", versions) for one in texts}
    return tuple(sorted(found - {""}))


def _known(name: str, version: str, versions: Mapping[str, str]) -> str:
    try:
        return pypi(name, version or versions.get(canonicalize_name(name), ""))
    except UnreadError:
        return ""


def _asked(packages: list[dict[str, Any]]) -> set[str]:
    """Names that uv's own projects ask for."""
    found = set()
    for package in packages:
        if any(key in table(package.get("source")) for key in ("editable", "virtual")):
            lists = [package.get("dependencies")]
            for groups in ("optional-dependencies", "dev-dependencies"):
                lists += list(table(package.get(groups)).values())
            found |= {word(table(one).get("name")) for listed in lists for one in items(listed)}
    return {canonicalize_name(name) for name in found}


def _uv_scopes(packages: list[dict[str, Any]]) -> dict[str, Scope]:
    """What is reached from a project's run, its extras, or only its groups for development."""
    needs: dict[str, set[str]] = {
        canonicalize_name(word(one.get("name"))): {
            str(canonicalize_name(word(table(need).get("name")))) for need in items(one.get("dependencies"))
        }
        for one in packages
    }
    own_ones = [
        one for one in packages if any(key in table(one.get("source")) for key in ("editable", "virtual"))
    ]
    starts: list[tuple[Scope, set[str]]] = [("run", set()), ("optional", set()), ("develop", set())]
    for package in own_ones:
        starts[0][1].update(needs.get(canonicalize_name(word(package.get("name"))), set()))
        for place, key in ((1, "optional-dependencies"), (2, "dev-dependencies")):
            for listed in table(package.get(key)).values():
                starts[place][1].update(
                    canonicalize_name(word(table(one).get("name"))) for one in items(listed)
                )
    found: dict[str, Scope] = {}
    for scope, start in starts if own_ones else []:
        waiting: list[str] = list(start)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = scope
                waiting.extend(needs.get(name, ()))
    return found
