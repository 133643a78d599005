"""Which files are data, and in what form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.files import Reading, files_of, form_of, is_data
from yanmen.supply.datasets.reading.opening import UnreadError
from yanmen.supply.datasets.reading.records import Record
from yanmen.supply.targets import Artifact


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("a.txt", b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("a.json", b'[\n {"text": "a"}\n]', "json"),
        ("a.json", b'{\n "data": [{"text": "a"}]\n}', "json"),
        ("a.jsonl", b'{"text": "' + b"x" * 70_000 + b'"}\n', "jsonl"),
        ("a.csv", b"text,label\na,1\n", "csv"),
        ("a.csv", "\ufeff[1] 文本,标签\n".encode(), "csv"),
        ("a.bin", b"PAR1....", "parquet"),
    ],
)
def test_a_form_is_told_by_content(name: str, data: bytes, form: str) -> None:
    """The name is a hint among texts only."""
    assert form_of(Artifact.held(name, data)) == form


def test_a_folder_gives_its_data_files_in_order(tmp_path: Path) -> None:
    """Not what is hidden, linked, or beside them."""
    for name in ("b.jsonl", "a.csv.gz", "notes.md", "dataset_info.json", ".git/x.jsonl", "sub/c.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    (tmp_path / "link.jsonl").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)

    files, more = files_of(tmp_path, 10)
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        "a.csv.gz",
        "b.jsonl",
        "sub/c.parquet",
    ]
    assert not more
    assert files_of(tmp_path, 2)[1]
    assert is_data("TRAIN.JSONL.GZ")


def test_reading_says_how_it_went() -> None:
    """Form and encoding."""
    data = "\n".join(json.dumps({"text": "雁门关"}, ensure_ascii=False) for _ in range(9)).encode("gb18030")
    reading = Reading(Artifact.held("x.jsonl", data), Bounds())

    assert sum(isinstance(row, Record) for row in reading.records()) == 9
    assert (reading.form, reading.encoding) == ("jsonl", "gb18030")


def test_a_file_that_cannot_be_read_says_so() -> None:
    """A binary one."""
    with pytest.raises(UnreadError):
        list(Reading(Artifact.held("x.csv", bytes(range(256)) * 9), Bounds()).records())
