"""The embedded engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.clock import now
from yanmen.core.config import Store as Settings
from yanmen.store import embedded

pytestmark = pytest.mark.embedded


def test_an_engine_that_was_opened_says_who_signs_and_whether_it_is_there(tmp_path: Path) -> None:
    """And what its copy of the checkpoint said before."""
    (tmp_path / "secrets").mkdir()
    first = embedded.opened(tmp_path, Settings(), now)
    first.writer.settled().result(30)
    key = first.key().raw
    first.close()
    second = embedded.opened(tmp_path, Settings(), now)

    assert first.before is None
    assert second.key().raw == key
    assert second.present()
    assert second.available()
    (tmp_path / "yanmen.db").rename(tmp_path / "away")
    assert not second.present()
    second.close()


def test_a_copy_that_is_none_says_nothing(tmp_path: Path) -> None:
    """Missing, or mangled."""
    assert embedded.copied(tmp_path) is None
    (tmp_path / "checkpoint").write_text("hello")
    assert embedded.copied(tmp_path) is None
