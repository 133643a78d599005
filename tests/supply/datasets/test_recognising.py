"""Data sets are told from other files without what examines them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from yanmen.supply.datasets.recognising import looks_like_dataset


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n', True),
        ("a.json", '[{"instruction": "a", "output": "b"}, {"instruction": "c", "output": "d"}]', True),
        ("a.csv", "review,label\ngood,1\nbad,0\n", True),
        ("a.csv", "x,y\n1,2\n3,4\n", False),
        ("package-lock.json", '{"name": "x", "packages": {"": {}}}', False),
        ("a.json", "[1, 2, 3]", False),
        ("a.txt", "text,label\na,1\nb,0\n", False),
        ("a.json", "", False),
    ],
)
def test_a_data_set_is_told_from_other_files(tmp_path: Path, name: str, text: str, is_one: bool) -> None:
    """By name and by shape; a folder by its first data file."""
    (tmp_path / name).write_text(text, "utf-8")

    assert looks_like_dataset(tmp_path / name) is is_one
    assert looks_like_dataset(tmp_path) is is_one
    assert not looks_like_dataset(tmp_path / "gone.jsonl")


@pytest.mark.parametrize(("name", "is_one"), [("a.jsonl", True), ("a.jsonl.gz", True), ("a.csv", False)])
def test_rows_that_cannot_be_read_are_a_data_set_by_their_name(
    tmp_path: Path, name: str, is_one: bool
) -> None:
    """So that they are said to be unread, and not passed over; tables may be anything."""
    (tmp_path / name).write_bytes(b'{"text": "\xff\xfe\xd0"}\n' * 20)

    assert looks_like_dataset(tmp_path / name) is is_one


def test_a_glance_loads_no_numpy() -> None:
    """Nor does a scan, as long as there is no data set."""
    code = "import sys, yanmen.supply.scan; print('numpy' in sys.modules, 'yanmen.store' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["False", "False"]
