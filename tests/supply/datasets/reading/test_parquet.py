"""Parquet: read where pyarrow is, and said to be unjudged where it is not."""

from __future__ import annotations

import importlib.util
import io
import sys
from typing import Any

import pytest

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.opening import UnreadError
from yanmen.supply.datasets.reading.parquet import parquet
from yanmen.supply.targets import Artifact

HAS = importlib.util.find_spec("pyarrow") is not None


def test_without_pyarrow_the_reason_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never clean."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnreadError, match=r"pip install yanmen\[lake\]") as raised:
        next(parquet(Artifact.held("x.parquet", b"PAR1"), Bounds()))

    assert raised.value.reason == "unsupported"


@pytest.mark.skipif(not HAS, reason="pyarrow is optional")
def test_rows_are_read_with_their_nested_values() -> None:
    """Messages are lists of structs."""
    arrow: Any = importlib.import_module("pyarrow")
    writing: Any = importlib.import_module("pyarrow.parquet")
    rows = [
        {"messages": [{"role": "user", "content": f"问题 {place}"}], "n": place} for place in range(3_000)
    ]
    stream = io.BytesIO()
    writing.write_table(arrow.Table.from_pylist(rows), stream)
    read = list(parquet(Artifact.held("x.parquet", stream.getvalue()), Bounds()))

    assert [row.values for row in read] == rows
    assert read[-1].line == 3_000


@pytest.mark.skipif(not HAS, reason="pyarrow is optional")
def test_a_broken_file_is_malformed() -> None:
    """Its footer claims what is not there."""
    with pytest.raises(UnreadError, match="malformed"):
        list(parquet(Artifact.held("x.parquet", b"PAR1" + b"\xff" * 500 + b"PAR1"), Bounds()))
