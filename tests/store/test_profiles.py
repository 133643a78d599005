"""Profiles."""

from __future__ import annotations

import pytest

from yanmen.store import Store
from yanmen.store.profiles import LARGEST


def test_the_last_profile_of_a_name_is_kept(store: Store) -> None:
    """Nothing before the first; nothing that is too large."""
    assert store.profiles.get("a") == b""
    store.profiles.set("a", b"1")
    store.profiles.set("a", b"2")

    assert store.profiles.get("a") == b"2"
    with pytest.raises(ValueError, match="are kept"):
        store.profiles.set("a", b"0" * (LARGEST + 1))
    assert store.profiles.get("a") == b"2"
