"""Lists that packages keep of what they carry within themselves: ``_vendor/vendor.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.requirement import component
from yanmen.supply.sources.python_requirements import logical
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_FOLDER = re.compile(r"(?i)(?:^|/)_?(?:vendor|vendored|vendors|third_?party|bundled)$")


class VendorLists(Extractor):
    """Reads such lists, within installed packages too: there they are code that no other list names."""

    names = frozenset({"vendor.txt", "vendored.txt", "vendor-requirements.txt"})
    installed = True

    def wants(self, file: File) -> bool:
        """In a folder of that purpose."""
        return bool(_FOLDER.search(file.folder))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each line a requirement, as pip and setuptools keep them."""
        for line in logical(text(file)):
            if line.text.startswith("-"):
                continue
            try:
                yield component(
                    line.text, how="vendored", where=file.at(line.number), facts={"vendored_in": file.folder}
                )
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, line.number)
