"""Safetensors: written by its own library, and broken byte by byte."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
Make = Callable[..., bytes]
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]
REAL = save({"a": np.zeros((2, 3), np.float32), "b": np.ones(5, np.int8)}, {"format": "pt"})


def test_what_its_own_library_writes_is_proven_safe(examined: Look) -> None:
    """With its tensors, its parameters and its digest."""
    found = examined(REAL, "model.safetensors")

    assert (found.format, found.proof, found.findings) == ("safetensors", "proven_safe", ())
    assert (found.facts["tensors"], found.facts["parameters"], found.facts["format"]) == ("2", "11", "pt")
    assert len(found.digests["sha256"]) == 64


@pytest.mark.parametrize(
    ("header", "data", "rule"),
    [
        ({"a": F32}, b"\0" * 9, "model.extra-bytes"),
        ({"a": F32, "b": {**F32, "data_offsets": [9, 17]}}, b"\0" * 17, "model.extra-bytes"),
        ({"a": F32, "b": {**F32, "data_offsets": [4, 12]}}, b"\0" * 12, "model.contradicts-itself"),
        ({"a": {**F32, "shape": [3]}}, b"\0" * 8, "model.contradicts-itself"),
        ({"a": {**F32, "data_offsets": [8, 0]}}, b"\0" * 8, "model.contradicts-itself"),
        ('{"a": {"dtype":"I8","shape":[1],"data_offsets":[0,1]}, "a": {"dtype":"I8","shape":[1],"data_offsets":[0,1]}}', b"\0",
         "model.contradicts-itself"),
        ({"a": {**F32, "shape": [1 << 40, 1 << 40]}}, b"\0" * 8, "model.out-of-bounds"),
    ],
    ids=["trailing", "gap", "overlap", "wrong-size", "backwards", "duplicate-key", "overflow"],
)  # fmt: skip
def test_a_header_that_lies_is_found(
    header: Any, data: bytes, rule: str, safetensors_bytes: Make, examined: Look, said: Said
) -> None:
    """And never proven safe."""
    found = examined(safetensors_bytes(header, data), "m.safetensors")

    assert rule in said(found)
    assert found.proof != "proven_safe"


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 1 << 62) + b"{}",
        struct.pack("<Q", 40) + b"{}",
        struct.pack("<Q", 9) + b"{" + b"[" * 8,
        struct.pack("<Q", 4) + b"{\xff\xff}",
        struct.pack("<Q", 12) + b'{"a":[1,2]} ',
        struct.pack("<Q", 24) + b'{"__metadata__":{"a":1}}',
        b"\1\2\3",
    ],
)
def test_what_cannot_be_read_is_malformed(data: bytes, examined: Look) -> None:
    """Header length bombs among them."""
    found = examined(data, "m.safetensors")

    assert (found.proof, {each.reason for each in found.unexamined}) == ("unknown", {"malformed"})


def test_a_header_that_would_fill_memory_is_not_read(safetensors_bytes: Make, examined: Look) -> None:
    """Its brackets are counted first."""
    found = examined(safetensors_bytes('{"a":' + "[" * 400_000), "m.safetensors")

    assert found.unexamined[0].reason == "too-large"


def test_an_unknown_type_and_missing_bytes_are_not_judged_away(
    safetensors_bytes: Make, examined: Look
) -> None:
    """A newer type, a download that stopped."""
    newer = examined(safetensors_bytes({"a": {"dtype": "F2", "shape": [8], "data_offsets": [0, 2]}}, b"\0\0"))
    short = examined(REAL[:-2])

    assert (newer.proof, newer.unexamined[0].reason) == ("unknown", "unsupported")
    assert (short.proof, short.unexamined[0].reason) == ("unknown", "malformed")


def test_templates_in_metadata_are_judged(safetensors_bytes: Make, examined: Look, said: Said) -> None:
    """Whoever reads them there would run them."""
    header = {"__metadata__": {"chat": "{{ cycler.__init__.__globals__ }}"}}

    assert "template.runs-code" in said(examined(safetensors_bytes(header)))


def test_a_zip_at_its_end_is_a_polyglot(examined: Look, said: Said, tmp_path: Any) -> None:
    """Zip readers begin at the end: torch would load a pickle from a file that others take for safetensors."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(REAL)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02N.")
    found = examined(path.read_bytes(), "m.safetensors")

    assert {"model.polyglot", "model.extra-bytes"} <= said(found)
    assert found.proof == "unsafe"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Bytes changed, cut or put in: an answer, always, and no changed header is proven safe by accident of a crash."""
    changed = bytearray(REAL)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(changed)))

    assert look(Artifact.held("m.safetensors", bytes(changed[:cut]))).proof in {
        "proven_safe",
        "unknown",
        "unsafe",
    }
