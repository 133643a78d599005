"""Conda: environment.yml, and what conda-meta says is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import object_of
from yanmen.supply.documents.text import items, table, word
from yanmen.supply.documents.yaml import Word, yaml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, purl
from yanmen.supply.requirement import components
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_MATCH = re.compile(r"(?:(\S+?)::)?([A-Za-z0-9_][\w.-]*)\s*(.*)")
_EXACT = re.compile(r"={1,2}([\w.!+-]+)(?:=([\w.*-]+))?$")
_NAME = re.compile(r"(?i)(^|[-_.])(environment|env|conda)([-_.].*)?\.ya?ml$")


class Environment(Extractor):
    """Reads environment.yml, with the list for pip that it may hold."""

    endings = (".yml", ".yaml")

    def wants(self, file: File) -> bool:
        """By the name; whether it is one is told by its keys."""
        return not file.inside and bool(_NAME.search(file.name))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each dependency; a file of that name without any is somebody else's."""
        for document in yaml_of(file):
            for said in items(table(document).get("dependencies")):
                if isinstance(said, dict):
                    listed = items(said.get("pip"))
                    texts = (
                        (str(one), getattr(one, "line", 0)) for one in listed if not str(one).startswith("-")
                    )
                    yield from components(file, texts, direct=True, facts={"group": "conda"})
                elif isinstance(said, Word):
                    try:
                        yield _asked(file, said)
                    except UnreadError as error:
                        yield file.unread(error.reason, error.detail, said.line)


def _asked(file: File, said: Word) -> Component:
    found = _MATCH.fullmatch(said.strip())
    if not found:
        raise UnreadError("malformed", f"no package of conda: {said[:80]!r}")
    channel, name, wanted = found[1] or "", found[2], found[3].strip()
    exact = _EXACT.fullmatch(wanted)
    version = exact[1] if exact and not exact[1].endswith("*") else ""
    return Component(
        purl=purl("conda", name.lower(), version, "", (("channel", channel.rpartition("/")[2]),)),
        ecosystem="",
        name=name.lower(),
        version=version,
        where=file.at(said.line),
        constraint=wanted,
        direct=True,
    )


class CondaMeta(Extractor):
    """Reads conda-meta/*.json: one file for each package that conda installed."""

    folders = frozenset({"conda-meta"})
    installed = True

    def wants(self, file: File) -> bool:
        """The history of commands lies beside them."""
        return file.name.endswith(".json")

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The package, its digests, and what it needs."""
        said, _ = object_of(file)
        document = table(said)
        name, version = word(document.get("name")).lower(), word(document.get("version"))
        channel = word(document.get("channel")).rstrip("/").rpartition("/")[2]
        facts = {"url": address(word(document.get("url"))), "python": _python(document)}
        asked = word(document.get("requested_spec"))
        yield Component(
            purl=purl(
                "conda", name, version, "", (("build", word(document.get("build"))), ("channel", channel))
            ),
            ecosystem="",
            name=name,
            version=version,
            how="installed",
            where=file.at(),
            direct=bool(asked and asked != "None"),
            licences=tuple(filter(None, (word(document.get("license")),))),
            hashes={key: word(document.get(key)) for key in ("md5", "sha256") if word(document.get(key))},
            needs=_needs(document),
            facts={key: value for key, value in facts.items() if value},
        )


def _python(document: dict[str, Any]) -> str:
    """Whether it put a distribution of Python into site-packages: then that is found there by itself."""
    return "yes" if any("site-packages/" in str(one) for one in items(document.get("files"))) else ""


def _needs(document: dict[str, Any]) -> tuple[str, ...]:
    found = set()
    for need in items(document.get("depends")):
        name = str(need).split(" ")[0].lower()
        if name and not name.startswith("__"):
            found.add(purl("conda", name))
    return tuple(sorted(found))
