"""Settings of package managers that lie in a project: which indexes they ask, and whether transport is verified."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.fetches.indexes import of_setting
from yanmen.supply.fetches.naming import of_environment, of_index
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

LARGEST = 1 << 20
_SETTING = re.compile(r"\s*([\w@/.:-]+)\s*[=:]\s*(.*?)\s*$")
_REGISTRY = re.compile(r"\s*([\w@/.:-]*registry|npmRegistryServer|strict-ssl)[\"']?\s*[=: ]\s*(\S.*?)\s*$")


class Settings(Extractor):
    """Reads pip.conf, .npmrc, .yarnrc and files of variables for the environment."""

    names = frozenset({"pip.conf", "pip.ini", ".npmrc", ".yarnrc", ".yarnrc.yml", ".env"})

    def wants(self, file: File) -> bool:
        """Of a project's own, and of a machine's."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """A value that goes on over several lines (pip's indexes) belongs to the name before it."""
        key = ""
        for number, line in enumerate(text(file, LARGEST).splitlines(), 1):
            if not line.strip() or line.lstrip().startswith(("#", ";", "[")):
                continue
            found = (_REGISTRY if file.name.startswith((".npm", ".yarn")) else _SETTING).match(line)
            if found and not (key and line[0].isspace()):
                key, value = found[1], found[2]
            elif key and line[0].isspace():
                value = line.strip()
            else:
                continue
            if file.name == ".env":
                yield from of_environment(key, value, file.at(number), "setting")
                continue
            for one in of_setting(key, value.split(" #")[0].strip("\"'")):
                yield of_index(one, file.at(number), "setting", f"{key} = {value}")
