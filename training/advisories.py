"""How the advisories in the wheel were made: ``python -m training.advisories --pypa FILE --kev FILE``.

FILE: the PyPA advisory database as JSONL of OSV records (pypi_advisories_2026-07-23.jsonl.gz, of commit 57da901aadaf of a
fork that holds the upstream history), and CISA's catalogue as JSONL (kev_2026-08-07.jsonl.gz, of aboutcode-mirror-kev at
3700e13b739a). The card is src/yanmen/intel/advisories/data/README.md.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from yanmen.intel.advisories.importing.importer import Wish, update
from yanmen.intel.advisories.record import moment
from yanmen.intel.advisories.shelf import SHIPPED

FEEDS = {
    "pypa": Wish(
        name="pypa",
        date=moment("2026-07-23"),
        covers=("PyPI",),
        source="PyPA advisory database, github.com/pypa/advisory-database, as of 57da901aadaf",
        licence="CC-BY-4.0",
        force=True,
    ),
    "kev": Wish(
        name="kev",
        source="CISA Known Exploited Vulnerabilities, catalogue 2026.08.07",
        licence="CC0-1.0",
        force=True,
    ),
}
MADE = moment("2026-11-21")
"""The day on which they were imported."""


def main() -> None:
    """Write both tables into the package and print their hashes."""
    parser = argparse.ArgumentParser()
    for name in FEEDS:
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    for name, wish in FEEDS.items():
        outcome = update(SHIPPED, getattr(given, name), wish, clock=lambda: MADE)
        data = (SHIPPED / f"{name}.table").read_bytes()
        print(
            f"{name}: {outcome.card.records} records, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"
        )
    (SHIPPED / ".lock").unlink()


if __name__ == "__main__":
    main()
