"""Services: images that compose files and manifests of Kubernetes run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import items, table, word
from yanmen.supply.documents.yaml import Mapping, Word, yaml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.references import image
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_COMPOSE = re.compile(r"(?i)(?:docker-|podman-)?compose(?:[._-].*)?\.ya?ml$")
_KINDS = frozenset(
    {
        "Pod",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "Job",
        "CronJob",
        "PodTemplate",
    }
)
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_TEMPLATE = "{{"
_DEPTH = 12


class Services(Extractor):
    """Reads compose files by name, and manifests of Kubernetes by what they say."""

    endings = (".yml", ".yaml")

    def wants(self, file: File) -> bool:
        """Any YAML may be a manifest; files of more than 4 MB are none that a person wrote."""
        return not file.inside and (bool(_COMPOSE.fullmatch(file.name)) or file.size < (4 << 20))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each service's image; templates that are no YAML before they are filled are said where they hold an image."""
        compose = bool(_COMPOSE.fullmatch(file.name))
        data = file.bytes()
        if not compose and not (b"image:" in data and b"apiVersion:" in data):
            return
        if not compose and _TEMPLATE.encode() in data:
            yield file.unread(
                "not-checked", "a template of Helm: its images are known only when it is filled in"
            )
            return
        for document in yaml_of(file):
            found = _composed(document) if compose else _kubernetes(document)
            for name, reference in found:
                try:
                    yield image(reference, where=file.at(reference.line), facts={"services": name})
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail, reference.line)


def _composed(document: Any) -> Iterator[tuple[str, Word]]:
    """A service that is built and not fetched has its Dockerfile."""
    for name, said in table(table(document).get("services")).items():
        reference = table(said).get("image")
        if isinstance(reference, Word) and not table(said).get("build"):
            yield name, _defaults(reference)


def _defaults(reference: Word) -> Word:
    """With ``${NAME:-default}`` filled in, as compose does where nothing is set."""
    filled = Word(re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", reference))
    filled.line = reference.line
    return filled


def _kubernetes(document: Any) -> Iterator[tuple[str, Word]]:
    waiting = [(document, 0)]
    while waiting:
        here, deep = waiting.pop(0)
        said = table(here)
        if deep > _DEPTH:
            continue
        if word(said.get("kind")) == "List":
            waiting.extend((one, deep + 1) for one in items(said.get("items")))
        elif word(said.get("kind")) in _KINDS:
            name = word(table(said.get("metadata")).get("name")) or "unnamed"
            yield from ((name, reference) for reference in _images(said))


def _images(said: Any) -> Iterator[Word]:
    """Wherever below a workload containers are listed."""
    waiting, seen = [said], set[int]()
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, Mapping) and id(here) not in seen:
            seen.add(id(here))
            for key, value in here.items():
                if key in _CONTAINERS:
                    references = (table(one).get("image") for one in items(value))
                    yield from (one for one in references if isinstance(one, Word) and one)
                else:
                    waiting.append(value)
