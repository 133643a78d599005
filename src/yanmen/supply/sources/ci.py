"""Jobs of CI: what they run, which actions they use, which images they run in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.commands import script
from yanmen.supply.documents.yaml import Mapping, Word, yaml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.fetches.naming import of_environment
from yanmen.supply.purls import purl
from yanmen.supply.references import image
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_ACTION = re.compile(r"([\w.-]+)/([\w.-]+)((?:/[\w./-]+)?)@(\S+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SCRIPTS = frozenset(
    {
        "after_script",
        "after_success",
        "bash",
        "before_install",
        "before_script",
        "commands",
        "install",
        "powershell",
        "pwsh",
        "run",
        "script",
    }
)
_WORKFLOW = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")


class Jobs(Extractor):
    """Reads workflows and actions of GitHub, Gitea and Forgejo, and what GitLab, Azure, CircleCI, Bitbucket and others run."""

    names = frozenset(
        f"{name}.{ending}"
        for ending in ("yml", "yaml")
        for name in (
            ".appveyor",
            ".cirrus",
            ".drone",
            ".gitlab-ci",
            ".travis",
            ".woodpecker",
            "action",
            "appveyor",
            "azure-pipelines",
            "bitbucket-pipelines",
            "cloudbuild",
        )
    )
    folders = frozenset({"workflows", ".circleci"})

    def wants(self, file: File) -> bool:
        """Workflows by their place."""
        folder = file.folder.rpartition("/")[2]
        return not file.inside and (
            bool(_WORKFLOW.search(file.path))
            if folder == "workflows"
            else folder != ".circleci" or file.name.endswith((".yml", ".yaml"))
        )

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Wherever in the document they stand."""
        for document in yaml_of(file):
            for key, value in _everything(document):
                try:
                    yield from _said(file, key, value)
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail, value.line)


def _everything(document: Any) -> Iterator[tuple[str, Word]]:
    """Every word with the key it stands under; what aliases repeat is seen once."""
    waiting: list[tuple[str, Any]] = [("", document)]
    seen: set[int] = set()
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, Word):
            yield key, value
        elif isinstance(value, Mapping | list) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, Mapping):
                waiting.extend(reversed([(_meant(key, name), one) for name, one in value.items()]))
            else:
                waiting.extend(reversed([(key, one) for one in value]))


def _meant(outer: str, inner: str) -> str:
    """GitLab's ``image: {name: …}`` and GitHub's ``container: {image: …}`` name images; other names are of jobs and steps."""
    if outer == "run" and inner == "command":  # CircleCI's
        return "run"
    return "image" if outer in {"image", "container"} and inner == "name" else inner


def _said(file: File, key: str, value: Word) -> Iterator[Component | Unexamined]:
    if key in _SCRIPTS:
        yield from script(file, value, value.line + ("\n" in value.rstrip()), "ci")
    elif key == "uses":
        if value.startswith("docker://"):
            yield image(value.removeprefix("docker://"), where=file.at(value.line), scope="develop")
        elif found := _ACTION.fullmatch(value):
            yield _action(file, found, value.line)
    elif key.isupper():
        yield from of_environment(key, value, file.at(value.line), "ci")
    elif key in {"image", "container"} and _is_image(value):
        yield image(value, where=file.at(value.line), scope="develop")


def _is_image(value: Word) -> bool:
    """An action of its own may be built from a Dockerfile of its own."""
    return bool(value) and " " not in value and not value.startswith("Dockerfile")


def _action(file: File, found: re.Match[str], line: int) -> Component:
    """An action by its repository; a tag or a branch may be moved by its owner."""
    owner, name, path, version = found.groups()
    facts = {"kind": "action"}
    if path:
        facts["path"] = path.strip("/")
    if not _COMMIT.fullmatch(version):
        facts["tag"] = version
    return Component(
        purl=purl("github", name, version, owner),
        ecosystem="GitHub Actions",
        name=f"{owner}/{name}",
        version=version,
        how="mentioned",
        where=file.at(line),
        direct=True,
        scope="develop",
        facts=facts,
    )
