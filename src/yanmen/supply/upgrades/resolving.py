"""Whether what a plan asks for can be installed, by the package managers' own resolvers: nothing is built, run or installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.supply.documents.text import items, table
from yanmen.supply.upgrades.drafting import CONSTRAINTS, kind

_SECONDS = 120.0
_OUTPUT = 64 << 20
_QUESTIONS = 8
"""Folders that are asked about."""
_ASKED = "asked.txt"
_CONFLICT = re.compile(
    r"ResolutionImpossible|conflicting dependencies|\(from versions: (?!none)[^)]|ERESOLVE|ETARGET"
)
SOLVED = Phrase(en="the resolver found versions for all of it", zh="依赖解析器已为全部要求找到可用版本")


class Outcome(NamedTuple):
    """What a resolver said."""

    solved: bool | None
    why: Phrase
    versions: Mapping[str, str] = {}
    """Of each package, the version that it took."""
    hashes: Mapping[str, Sequence[str]] = {}
    """Of each package, the file that it took, as ``sha256:…``."""


class Resolver(ABC):
    """Asks a package manager."""

    @abstractmethod
    def resolve(self, files: Mapping[str, str], loosened: frozenset[str]) -> Outcome:
        """Of manifests by path. ``loosened``: packages that may be of any version."""


class Pip(Resolver):
    """``pip install --dry-run``, wheels only: a source distribution would have to be run to say what it needs.

    Of a manifest only the names and versions are handed over: no index that it names, no link, no path, no file it includes from
    elsewhere. Which index is asked is the machine's own configuration, or ``options``.
    """

    def __init__(
        self, options: Sequence[str] = (), *, seconds: float = _SECONDS, python: str = sys.executable
    ) -> None:
        """``options``: further ones of pip's, as ``--no-index``; ``seconds``: of one question."""
        self._options, self._seconds, self._python = tuple(options), seconds, python

    def resolve(self, files: Mapping[str, str], loosened: frozenset[str]) -> Outcome:
        """One question for each folder: everything that its Python manifests ask for, under its constraints."""
        folders: dict[str, dict[str, str]] = {}
        for path, content in files.items():
            folders.setdefault(path.rpartition("/")[0], {})[path] = content
        questions = [asked for held in folders.values() if (asked := _python_asked(held, loosened))[0]]
        if not 0 < len(questions) <= _QUESTIONS:
            return Outcome(None, _not_resolved(f"{len(questions)} folders ask for something"))
        return _joined([self._one(*asked) for asked in questions])

    def _one(self, asked: Sequence[str], constraints: Sequence[str]) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="yanmen-") as folder:
            (Path(folder) / _ASKED).write_text("".join(f"{one}\n" for one in asked), "utf-8")
            (Path(folder) / CONSTRAINTS).write_text("".join(f"{one}\n" for one in constraints), "utf-8")
            words = [
                "-m",
                "pip",
                "install",
                "--dry-run",
                "--ignore-installed",
                "--quiet",
                "--only-binary",
                ":all:",
            ]
            words += ["--no-input", "--disable-pip-version-check", "--report", "report.json", *self._options]
            words += ["-r", _ASKED, "-c", CONSTRAINTS]
            code, said = _run([self._python, *words], folder, self._seconds)
            report = _json(Path(folder) / "report.json") if code == 0 else {}
        if code != 0:
            return _refused(code, said)
        return Outcome(True, SOLVED, *_taken(report))


class Npm(Resolver):
    """``npm install --package-lock-only --ignore-scripts``: of the package.json that lies nearest to the root."""

    def __init__(self, options: Sequence[str] = (), *, seconds: float = _SECONDS) -> None:
        """As of pip."""
        self._options, self._seconds = tuple(options), seconds

    def resolve(self, files: Mapping[str, str], loosened: frozenset[str]) -> Outcome:
        """Names, versions and overrides are handed over, nothing else of the manifest."""
        found = sorted(
            (path for path in files if kind(path) == "package.json"), key=lambda path: (path.count("/"), path)
        )
        document = table(_loaded(files[found[0]])) if found else {}
        asked = {
            key: _registry(table(document.get(key)), loosened)
            for key in ("dependencies", "devDependencies", "optionalDependencies")
        }
        if not any(asked.values()):
            return Outcome(None, _not_resolved("nothing to ask for"))
        with tempfile.TemporaryDirectory(prefix="yanmen-") as folder:
            bare = {
                "name": "asked",
                "version": "0.0.0",
                **asked,
                "overrides": _registry(table(document.get("overrides")), frozenset()),
            }
            (Path(folder) / "package.json").write_text(json.dumps(bare), "utf-8")
            words = [
                "install",
                "--package-lock-only",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                *self._options,
            ]
            code, said = _run(["npm", *words], folder, self._seconds)
            lock = _json(Path(folder) / "package-lock.json") if code == 0 else {}
        if code != 0:
            return _refused(code, said)
        names = {
            path.rpartition("node_modules/")[2]: table(one)
            for path, one in table(lock.get("packages")).items()
            if path
        }
        return Outcome(True, SOLVED, {name: str(one.get("version", "")) for name, one in names.items()})


class Both(Resolver):
    """Pip for what is Python's, npm for what is JavaScript's; solved is what both solve."""

    def __init__(self, pip: Resolver, npm: Resolver) -> None:
        """Each is asked only where there is something for it."""
        self._by_kind = {"requirements": pip, "pyproject.toml": pip, "package.json": npm}

    def resolve(self, files: Mapping[str, str], loosened: frozenset[str]) -> Outcome:
        """The stricter of both answers."""
        asked = list({id(one): one for path in files if (one := self._by_kind.get(kind(path)))}.values())
        told = [one.resolve(files, loosened) for one in asked]
        return _joined(told) if told else Outcome(None, _not_resolved("nothing to ask for"))


def _joined(told: Sequence[Outcome]) -> Outcome:
    """The worst answer of several; of versions the last."""
    worst = min(told, key=lambda one: (one.solved is not False, one.solved is not None))
    versions = {name: version for one in told for name, version in one.versions.items()}
    return Outcome(
        worst.solved,
        worst.why,
        versions,
        {name: several for one in told for name, several in one.hashes.items()},
    )


def _python_asked(files: Mapping[str, str], loosened: frozenset[str]) -> tuple[list[str], list[str]]:
    asked: dict[str, None] = {}
    constraints: dict[str, None] = {}
    for path, content in sorted(files.items()):
        match kind(path):
            case "requirements":
                into = constraints if "constraint" in path.rpartition("/")[2] else asked
                into.update(dict.fromkeys(_bare(line, loosened) for line in _lines(content)))
            case "pyproject.toml":
                asked.update(dict.fromkeys(_bare(line, loosened) for line in _project(content)))
            case _:
                pass
    return [one for one in asked if one], [one for one in constraints if one]


def _lines(content: str) -> list[str]:
    joined = re.sub(r"\\\r?\n", " ", content)
    return [re.split(r"(?:^|\s)#|\s--", line, maxsplit=1)[0].strip() for line in joined.splitlines()]


def _project(content: str) -> list[str]:
    try:
        document = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    project = table(document.get("project"))
    return [one for one in items(project.get("dependencies")) if isinstance(one, str)]


def _bare(line: str, loosened: frozenset[str]) -> str:
    """Name, extras, versions and marker of a requirement; empty where it is none, or comes from no index."""
    try:
        one = Requirement(line)
    except InvalidRequirement:
        return ""
    if one.url:
        return ""
    if canonicalize_name(one.name) in loosened:
        extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
        return f"{one.name}{extras}" + (f" ; {one.marker}" if one.marker else "")
    return str(one)


def _registry(asked: Mapping[str, Any], loosened: frozenset[str]) -> dict[str, str]:
    named = {
        name: value
        for name, value in asked.items()
        if isinstance(value, str) and not re.search(r"[:/]", value)
    }
    return {name: "*" if name in loosened else value for name, value in named.items()}


def _run(words: Sequence[str], folder: str, seconds: float) -> tuple[int | None, str]:
    """Its exit code and what it complained of; None where it could not be run to its end."""
    try:
        done = subprocess.run(  # noqa: S603  # our own words; what the manifests say is in files that are data
            list(words),
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, type(error).__name__
    return done.returncode, done.stderr[-20_000:].decode("utf-8", "replace")


def _refused(code: int | None, said: str) -> Outcome:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("WARNING")]
    first = visible(
        next((line for line in lines if "ERROR" in line or "npm error" in line), lines[-1] if lines else "")
    )
    if code is not None and _CONFLICT.search(said):
        return Outcome(
            False,
            Phrase(en=f"the resolver finds no versions: {first}", zh=f"依赖解析器找不到可用版本：{first}"),
        )
    return Outcome(None, _not_resolved(first))


def _not_resolved(said: str) -> Phrase:
    return Phrase(en=f"not resolved: {said}", zh=f"未解析验证：{said}")


def _taken(report: Any) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    versions: dict[str, str] = {}
    hashes: dict[str, tuple[str, ...]] = {}
    for one in items(table(report).get("install")):
        about = table(table(one).get("metadata"))
        name = canonicalize_name(str(about.get("name", "")))
        versions[name] = str(about.get("version", ""))
        digest = table(table(table(table(one).get("download_info")).get("archive_info")).get("hashes")).get(
            "sha256"
        )
        if isinstance(digest, str):
            hashes[name] = (f"sha256:{digest}",)
    return versions, hashes


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes()) if path.stat().st_size <= _OUTPUT else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _loaded(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return {}
