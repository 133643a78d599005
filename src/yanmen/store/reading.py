"""Opens a record for reading alone, whichever engine holds it: what audits and proofs go by."""

from __future__ import annotations

from pathlib import Path

from yanmen.store import database
from yanmen.store.address import address_of
from yanmen.store.database import Database


def read_only(folder: Path) -> Database:
    """Open a folder's record so that nothing of it can be changed; YanmenError where there is none."""
    address = address_of(folder)
    if not address:
        return database.read_only(folder)
    from yanmen.store.shared.reading import Reading  # noqa: PLC0415  # the driver, where it is wanted

    return Reading(address)
