"""Commands that install packages, wherever somebody wrote them: a notebook's cell, a Dockerfile, a job of CI, a script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.fetches.naming import fetched
from yanmen.supply.fetches.shell import pipelines
from yanmen.supply.npm import asked as npm_asked
from yanmen.supply.purls import node, purl
from yanmen.supply.requirement import component
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

LONGEST = 20_000
"""Characters of one command line."""
_ADDRESS = 2_000
_SPLIT = re.compile(r"&&|\|\||[;|\n]|(?<!&)&(?!&)")
_SHELLS = frozenset({"sudo", "env", "command", "exec", "time", "nice", "then", "do", "else", "!", "run"})
_PYTHON = re.compile(r"(?:.*/)?(?:python|py|pypy)[\d.]*(?:\.exe)?$")
_PIP = re.compile(r"(?:.*/)?pip[\d.]*$")
_SYSTEM = {
    "apt-get": "deb",
    "apt": "deb",
    "apk": "apk",
    "yum": "rpm",
    "dnf": "rpm",
    "microdnf": "rpm",
    "zypper": "rpm",
}
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_NODE = frozenset({"npm", "yarn", "pnpm", "bun", "npx", "bunx"})
_TAKES = frozenset(
    "-r --requirement -c --constraint -e --editable -i --index-url -f --find-links -t --target --prefix --root"
    " --python --platform --python-version --implementation --abi --trusted-host --proxy --cache-dir --src"
    " --upgrade-strategy"
    " --no-binary --only-binary --progress-bar --config-settings --global-option --index --default-index --timeout --retries"
    " -n --name -p --channel --file --registry --repository -X --virtual --tag --loglevel -d --dest"
    " -w --with --from --group".split()
)
"""Options that take the next word."""


class Mentioned(NamedTuple):
    """A package as a command names it."""

    kind: str
    """``pip``, ``npm``, ``conda``, ``deb``, ``apk``, ``rpm``."""
    text: str


def installs(command: str) -> Iterator[Mentioned]:
    """Every package that a line of a shell would install; nothing is run, and what variables hold is not known."""
    if len(command) > LONGEST:
        raise UnreadError("too-large", f"a command of {len(command)} characters")
    for part in _SPLIT.split(command.replace("\\\n", " ")):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:  # a quote that another part closes
            words = part.split()
        yield from _one(words)


def _one(words: list[str]) -> Iterator[Mentioned]:
    while words and (
        words[0] in _SHELLS or re.fullmatch(r"[A-Za-z_]\w*=.*", words[0]) or words[0].startswith("--mount=")
    ):
        words = words[1:]
    if len(words) < 2:  # noqa: PLR2004  # a program and what it is to do
        return
    program, rest = words[0], words[1:]
    if _PYTHON.match(program) and rest[:2] == ["-m", "pip"]:
        program, rest = "pip", rest[2:]
    if program == "uv":
        program, rest = ("pip", rest[1:]) if rest[0] == "pip" else ("uv", rest)
    name = program.rpartition("/")[2]
    verb = next((word for word in rest if not word.startswith("-")), "")
    after = rest[rest.index(verb) + 1 :] if verb else []
    if _PIP.match(program) and verb in {"install", "download", "wheel"}:
        yield from (Mentioned("pip", one) for one in _packages(after))
    elif name in {"uv", "poetry", "pdm", "pipenv", "pipx"} and verb in {"add", "install", "tool", "run"}:
        yield from (Mentioned("pip", one) for one in _packages(after) if name != "poetry" or verb == "add")
    elif name in _CONDA and verb in {"install", "create", "update"}:
        yield from (Mentioned("conda", one) for one in _packages(after))
    elif name in _NODE and (
        verb in {"install", "i", "add", "dlx", "exec", "global"} or name in {"npx", "bunx"}
    ):
        listed = _packages(after if name not in {"npx", "bunx"} else rest)
        yield from (
            Mentioned("npm", one)
            for one in (listed if name not in {"npx", "bunx"} else listed[:1])
            if one != "add"
        )
    elif name in _SYSTEM and verb in {"install", "add", "in"}:
        yield from (Mentioned(_SYSTEM[name], one) for one in _packages(after))


def _packages(words: list[str]) -> list[str]:
    """Words that are neither options nor what an option takes."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _TAKES or (word.startswith("--extra-index") and "=" not in word)
        elif re.fullmatch(r"\d?[<>]{1,2}&?", word):
            skip = True
        elif word not in {".", "install"} and not re.match(r"\d?[<>]", word):
            found.append(word)
    return found


def mentioned(
    file: File, command: str, line: int, group: str, *, fetching: bool = True
) -> Iterator[Component | Unexamined]:
    """The components that a command would install, each with its line, and what it fetches; what variables hold is said."""
    if fetching:
        yield from fetched(file, command, line, group)
    try:
        found = list(installs(command))
    except UnreadError as error:
        yield file.unread(error.reason, error.detail, line)
        return
    for one in found:
        if one.text.startswith((".", "/", "~")):
            continue  # a path: what lies there is met by itself
        if re.search(r"[$`{}*]|\\\(", one.text):
            yield file.unread(
                "not-checked", f"{one.kind} installs {one.text[:100]}, which is known only when it runs", line
            )
            continue
        try:
            if made := _component(one, file.at(line), group):
                yield made
        except UnreadError as error:
            yield file.unread(error.reason, error.detail, line)


def script(file: File, content: str, line: int, group: str) -> Iterator[Component | Unexamined]:
    """What a whole script fetches, and what each of its commands installs."""
    yield from fetched(file, content, line, group)
    for pipeline in pipelines(content):
        for command in pipeline:
            at = line + content.count("\n", 0, command.start)
            yield from mentioned(file, " ".join(command.words), at, group, fetching=False)


def _component(one: Mentioned, where: str, group: str) -> Component | None:
    """None: a folder, or an archive that is met by itself."""
    fields: dict[str, Any] = {"where": where, "how": "mentioned", "direct": True, "facts": {"group": group}}
    if one.kind == "pip":
        return _of_pip(one.text, fields)
    if one.kind == "npm":
        return _of_npm(one.text, where, fields)
    name, version = _pinned(one)
    return Component(purl=purl(one.kind, name, version), ecosystem="", name=name, version=version, **fields)


def _of_pip(text: str, fields: dict[str, Any]) -> Component | None:
    if len(text) > _ADDRESS:
        raise UnreadError("too-large", "a requirement of thousands of characters")
    if text.startswith((".", "/", "~", "file:")) or re.match(r"[A-Za-z]:[\\/]", text):
        return None
    if re.match(r"(?:git\+|https?:)", text) and "#egg=" not in text:
        raise UnreadError("not-checked", "pip installs from an address that names no package")
    named = re.sub(r"^(\S+?)#(?:.*&)?egg=([A-Za-z0-9][\w.-]*).*$", r"\2 @ \1", text)
    return component(named, **fields)


def _of_npm(text: str, where: str, fields: dict[str, Any]) -> Component | None:
    at = text.find("@", 1)
    name, wanted = (text[:at], text[at + 1 :]) if at > 0 else (text, "")
    if name.startswith((".", "/")) or "://" in text or name.count("/") > name.startswith("@"):
        return None
    made = npm_asked(name, wanted, "run", where)
    return node(made.name, made.version, constraint=made.constraint, **fields) if made else None


def _pinned(one: Mentioned) -> tuple[str, str]:
    """Name and version of conda's and of operating systems' packages; a channel before the name is left off."""
    bare = one.text.rpartition("::")[2]
    found = re.match(r"([A-Za-z0-9][\w.+:-]*)\s*(?:={1,2}([\w.!+:~-]+))?", bare)
    if not found:
        raise UnreadError("malformed", f"no name of a package: {one.text[:80]!r}")
    return found[1].rstrip(":"), (found[2] or "").partition("=")[0]
