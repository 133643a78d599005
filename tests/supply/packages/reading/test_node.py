"""The dialect of Node."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.node import Node


def test_the_global_object_has_one_name() -> None:
    """window, self and global are it."""
    assert Node.builtin("window") == Node.builtin("global") == "globalThis"
    assert Node.builtin("mine") == ""


def test_what_nests_too_deeply_is_said() -> None:
    """ValueError, no crash."""
    with pytest.raises(ValueError, match="nested too deeply"):
        Node.parse("(" * 5_000)
