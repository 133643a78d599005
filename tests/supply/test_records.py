"""RECORD."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.supply.records import recorded
from yanmen.supply.walk import Walk

Lay = Callable[[dict[str, str | bytes]], Path]


def test_files_with_digest_and_size(lay: Lay) -> None:
    """Others cannot be compared; names with commas are quoted."""
    rows = 'x.py,sha256=AA,3\n"a,b.py",sha256=BB,4\nx.pyc,,\nodd\nbad,sha256=C,x\n'
    file = Walk(lay({"s/x.dist-info/RECORD": rows})).find("s/x.dist-info/RECORD")

    assert file is not None
    assert list(recorded(file)) == [("s/x.py", "sha256=AA", 3), ("s/a,b.py", "sha256=BB", 4)]
