"""Cursors."""

from __future__ import annotations

from pathlib import Path

from yanmen.store import Store


def test_a_place_is_kept_under_its_name(data: Path) -> None:
    """Across restarts; 0 before the first."""
    with Store.open(data) as store:
        assert store.cursors.get("soc") == 0
        store.cursors.set("soc", 7)
        store.cursors.set("other", 1)
        store.cursors.set("soc", 9)
    with Store.open(data) as store:
        assert (store.cursors.get("soc"), store.cursors.get("other")) == (9, 1)
        assert store.events.last_seq() == 0
