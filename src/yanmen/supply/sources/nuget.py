""".NET: packages.lock.json."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import Keys, object_of
from yanmen.supply.documents.text import table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError


class NugetLock(Extractor):
    """Reads packages.lock.json of each framework it names."""

    names = frozenset({"packages.lock.json"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each package; projects of the same solution are none."""
        said, content = object_of(file)
        keys = Keys(content)
        for framework, packages in table(table(said).get("dependencies")).items():
            for name, one in table(packages).items():
                entry = table(one)
                where = file.at(keys.line(name))
                if word(entry.get("type")) == "Project":
                    continue
                try:
                    yield _package(where, framework, name, entry)
                except UnreadError as error:
                    yield file.unread(error.reason, f"{name}: {error.detail}")


def _package(where: str, framework: str, name: str, entry: dict[str, Any]) -> Component:
    version = word(entry.get("resolved"))
    try:
        digest = base64.b64decode(word(entry.get("contentHash")), validate=True).hex()
    except (binascii.Error, ValueError):
        digest = ""
    return Component(
        purl=purl("nuget", name, version),
        ecosystem="NuGet",
        name=name,
        version=version,
        how="locked",
        where=where,
        constraint=word(entry.get("requested")),
        direct=word(entry.get("type")) == "Direct",
        hashes={"sha512": digest} if digest else {},
        needs=tuple(
            sorted(
                purl("nuget", need, word(wanted)) for need, wanted in table(entry.get("dependencies")).items()
            )
        ),
        facts={"group": framework},
    )
