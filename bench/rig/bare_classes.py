"""Writes a pack of classes that are harmless to bring back, by reading libraries' sources: nothing of them is imported.

    python bench/rig/bare_classes.py SITE-PACKAGES PACKAGE… > src/yanmen/supply/pickles/packs/harmless/further.yaml

What makes a class bare is said in ``yanmen.supply.pickles.library``. Of several classes of one name in a package all must be so,
and alike, and nothing else there may bear the name: a pack speaks of a name wherever in the package it stands. Constants of
enumerations and tuples with names are left to the reader of sources.
"""

from __future__ import annotations

import sys
import textwrap
from collections import defaultdict
from pathlib import Path

from yanmen.supply.pickles.knowledge import Knowledge, dangers, files
from yanmen.supply.pickles.library import Library

PACK = "further"
KINDS = {"bare", "bare!", "bare-mapping", "bare-mapping!", "bare-sequence", "bare-sequence!"}


def kinds(library: Library, site: Path, package: str, tables: Knowledge) -> dict[str, set[str]]:
    """Every name that a package's modules bind to a class or a function, with the kinds that it may be of; ``-``: not bare."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((site / package).rglob("*.py")):
        parts = path.relative_to(site).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        for name, how in library.names(module):
            entry = library.entry(module, name, tables) if how == "class" else None
            found[name].add(entry.gives if entry and not tables.danger(module, name) else "-")
    return found


def main() -> None:
    """The uses of the pack, on standard output."""
    site, packages = Path(sys.argv[1]), sys.argv[2:]
    library = Library([site])
    tables = Knowledge([file for name, file in files().items() if name != PACK], dangers())
    for package in packages:
        by_kind: dict[str, list[str]] = defaultdict(list)
        for name, several in sorted(kinds(library, site, package, tables).items()):
            if len(several) == 1 and several <= KINDS and tables.entry(package, name) is None:
                by_kind[several.pop()].append(name)
        for kind, names in sorted(by_kind.items()):
            listed = textwrap.indent(textwrap.fill(", ".join(names) + "]}", 118), "      ")
            print(
                f'  - {{under: [{package}], is_class: true, gives: {kind}, why: "a bare instance", new: [[]], names: [\n{listed}'
            )


if __name__ == "__main__":
    main()
