"""Reading alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store.reading import read_only


def test_a_record_is_read_whichever_engine_holds_it(busy: Path) -> None:
    """By the folder alone."""
    with closing(read_only(busy)) as db:
        assert db.execute("SELECT size FROM head").fetchone() == (30,)


def test_where_there_is_none_it_says_so(tmp_path: Path) -> None:
    """And makes none."""
    with pytest.raises(YanmenError, match="no store"):
        read_only(tmp_path)
