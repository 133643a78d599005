"""The integrator's office for a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store import Store
from yanmen.store.address import address_of
from yanmen.store.shared.office import in_office

pytestmark = pytest.mark.postgresql


def test_one_at_a_time_and_free_afterwards(data: Path) -> None:
    """While it is held nobody else is let in; a store that is opened later takes it up."""
    Store.open(data).close()
    address = address_of(data)
    with in_office(address) as db:
        assert db.execute("SELECT size FROM head").fetchone() is not None
        with pytest.raises(YanmenError, match="is writing the log"), in_office(address):
            pass
    with in_office(address):
        pass
