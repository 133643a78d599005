"""What a file is, by its content."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile

import pytest

from yanmen.supply.models.sniffing import claimed, ends_as_zip, sniff
from yanmen.supply.targets import Artifact


def _zip(prefix: bytes = b"") -> bytes:
    out = io.BytesIO(prefix)
    out.seek(0, 2)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a", "b")
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"GGUF\3\0\0\0", "gguf"),
        (struct.pack("<Q", 2) + b"{}", "safetensors"),
        (_zip(), "zip"),
        (_zip(b"MZ anything before"), "zip"),
        (_tar(), "tar"),
        (gzip.compress(b"x"), "compressed"),
        (lzma.compress(b"x"), "compressed"),
        (b"\x78\x9c\x03\x00\x00\x00\x00\x01", "compressed"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
        (b"\x93NUMPY\1\0", "npy"),
        (b"\x89HDF\r\n\x1a\n\0", "hdf5"),
        (b"\0" * 512 + b"\x89HDF\r\n\x1a\n\0", "hdf5"),
        (b"\x1c\0\0\0TFL3", "tflite"),
        (b"CBM1\0\0", "catboost"),
        (b"\x80\x04\x95\x00", "pickle"),
        (b"cos\nsystem\n(S'id'\ntR.", "pickle"),
        (b"(lp0\nI1\na.", "pickle"),
        (b"(dp0\nS'a'\nI1\ns.", "pickle"),
        (json.dumps({"a": 1}).encode(), "json"),
        (b"\xef\xbb\xbf [1]", "json"),
        (b"<?xml version='1.0'?><net/>", "xml"),
        (b"tree\nversion=v4\nnum_class=1\n", "lightgbm"),
        (b"{L\0\0\0\0\0\0\0\x07learner{", "ubjson"),
        (b"\x08\x08\x12\x07pytorch\x3a\x00", "onnx"),
        (b"\x08\x01\x12\x04\x0a\x02\x10\x00", "saved-model"),
        (b"\x0a\x0b\x0a\x01x\x12\x06PyFunc", "graph-def"),
        (b"\x0a\x0e\x0a\x05<unk>\x15\0\0\0\0\x18\x02", "sentencepiece"),
        ("雁门\n".encode(), "text"),
        (b"Hello, world.\n", "text"),
        (b"\xde\xad\xbe\xef", "unknown"),
    ],
)
def test_content_tells(data: bytes, kind: str) -> None:
    """Whatever the name is."""
    assert sniff(Artifact.held("model.bin", data)) == kind


def test_a_zip_is_seen_at_the_end_only_where_a_reader_would_take_it() -> None:
    """The record, its comment, its directory."""
    whole = _zip(b"GGUF" + b"x" * 100)

    assert ends_as_zip(Artifact.held("a", whole))
    assert not ends_as_zip(Artifact.held("a", whole + b"x"))
    assert not ends_as_zip(Artifact.held("a", b"x" * 100 + whole[-22:]))


def test_names_claim_by_what_they_end_with() -> None:
    """Of a member its own name."""
    assert [claimed(name) for name in ("a/b.C.PT", "a.zip!data.pkl", "a.d/README", "a.zip!b")] == [
        "pt",
        "pkl",
        "",
        "",
    ]
