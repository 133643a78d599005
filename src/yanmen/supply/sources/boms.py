"""Bills of materials that lie in a project, and those that wheels carry for what is compiled into them (PEP 770)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom import reading
from yanmen.supply.extractor import Extractor
from yanmen.supply.targets import Component
from yanmen.supply.walk import File


class Boms(Extractor):
    """Reads CycloneDX and SPDX files by their names and beginnings."""

    endings = (".json", ".xml", ".spdx")
    folders = frozenset({"sboms"})
    installed = True

    def wants(self, file: File) -> bool:
        """Those in ``dist-info/sboms`` whatever they are called; elsewhere by name, outside what was installed."""
        if file.folder.endswith(".dist-info/sboms"):
            return True
        return not file.inside and reading.named(file.name)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """What it says; a file that is only called like one is passed by."""
        within = file.folder.endswith(".dist-info/sboms")
        with file.open() as stream:
            begins = reading.begins(stream.read(reading.HEAD))
        if not within and not begins:
            return
        for found in reading.read(file):
            if not within:
                yield found
            elif isinstance(found, Component):
                yield msgspec.structs.replace(
                    found, how="vendored", facts={**found.facts, "vendored_in": file.folder}
                )
            elif (
                found.reason != "not-checked"
            ):  # that it does not tell all of a wheel's insides is true of every wheel
                yield found
