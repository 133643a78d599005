"""Indexes of packages that commands, files and variables name: which are asked besides, and which are not verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from yanmen.supply.fetches.shell import Command, bare
from yanmen.supply.purls import address as shown

_HERE = re.compile(
    r"(?:https?://)?(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)", re.IGNORECASE
)
_PIP = frozenset({"pip", "pipx", "pip-compile", "pip-sync", "pipenv"})
_NODE = frozenset({"npm", "yarn", "pnpm", "bun", "npx", "bunx"})
_PLACES = frozenset(
    {
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--index",
        "--default-index",
        "--registry",
    }
)
Found = tuple[Literal["no-transport", "extra-index", "not-pinned"], str]
_VARIABLES = {
    "PIP_INDEX_URL": "--index-url",
    "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links",
    "PIP_TRUSTED_HOST": "--trusted-host",
    "UV_INDEX_URL": "--index-url",
    "UV_DEFAULT_INDEX": "--index-url",
    "UV_INSECURE_HOST": "--trusted-host",
    "NPM_CONFIG_REGISTRY": "--registry",
}
_COMMIT = re.compile(r"@[0-9a-f]{40}(?![0-9a-f])")


def indexed(command: Command) -> Iterator[Found]:
    """What a command, and the variables set for it, say of indexes."""
    words = list(command.arguments)
    name = command.name
    if name in {"python", "py"} and words[:2] == ["-m", "pip"]:
        name, words = "pip", words[2:]
    if name == "uv" and words[:1] == ["pip"]:
        words = words[1:]
    for one in (
        (*command.before, *command.words) if name in {"export", "env"} or _is_set(command) else command.before
    ):
        yield from of_variable(*bare(one).partition("=")[::2])
    if name in _PIP | {"uv", "uvx"} | _NODE and words:
        pip = name in _PIP or any("unsafe" in one for one in words)
        yield from of_options(words, pip=pip)
        if name in _PIP | {"uv", "uvx"}:
            yield from (
                ("not-pinned", shown(one[4:]))
                for one in words
                if one.startswith("git+") and not _COMMIT.search(one)
            )
            yield from (
                ("not-pinned", shown(one.partition("@")[2].strip()[4:]))
                for one in words
                if re.match(r"[\w.\[\]-]+\s*@\s*git\+", one) and not _COMMIT.search(one)
            )
    if name in _NODE and words[:2] == ["config", "set"]:
        key, _, value = " ".join(words[2:]).replace("=", " ", 1).partition(" ")
        yield from of_setting(key, value)
    if name == "pip" and words[:2] == ["config", "set"] and len(words) > 3:  # noqa: PLR2004  # a key and a value
        yield from of_options([f"--{words[2].rpartition('.')[2]}", words[3]], pip=True)


def _is_set(command: Command) -> bool:
    return bool(re.match(r"[A-Za-z_]\w*=", command.words[0]))


def of_options(words: list[str], *, pip: bool) -> Iterator[Found]:
    """Of options as pip takes them. ``pip``: whether every index is asked for every package."""
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if not equals:
            value = words[place + 1] if place + 1 < len(words) else ""
        if option == "--trusted-host" or option == "--allow-insecure-host":  # noqa: PLR1714
            if value and not _HERE.match(value):
                yield "no-transport", value[:200]
        elif option in _PLACES:
            for one in value.split():
                if re.match(r"(?i)http://", one) and not _HERE.match(one):
                    yield "no-transport", shown(one)
                if option == "--extra-index-url" and pip and not one.startswith("file:"):
                    yield "extra-index", shown(one) or one[:200]


def of_variable(name: str, value: str) -> Iterator[Found]:
    """Of a variable of the environment, as a Dockerfile's ENV or a job of CI sets it."""
    if option := _VARIABLES.get(name.upper()):
        yield from of_options([f"{option}={bare(value)}"], pip=name.upper().startswith("PIP"))
    elif name == "NODE_TLS_REJECT_UNAUTHORIZED" and bare(value) == "0":
        yield "no-transport", name


def of_setting(name: str, value: str) -> Iterator[Found]:
    """Of a line of ``.npmrc`` or ``pip.conf``."""
    key = name.strip().lower()
    if key == "strict-ssl" and value.strip().strip("\"'").lower() in {"false", "0"}:
        yield "no-transport", "strict-ssl=false"
    elif key.rpartition(":")[2] in {"registry", "npmregistryserver"}:
        yield from of_options([f"--registry={value.strip()}"], pip=False)
    elif key in {"index-url", "extra-index-url", "trusted-host", "find-links"}:
        yield from of_options([f"--{key}={value.strip()}"], pip=True)
