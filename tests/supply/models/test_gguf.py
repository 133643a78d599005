"""GGUF: written by its own library, and the published ways to break its parsers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.bounds import Bounds
from yanmen.supply.models.examine import look
from yanmen.supply.models.gguf import TYPES, contents
from yanmen.supply.targets import Artifact, Examined

Make = Callable[..., bytes]
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]
TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}"


def _written(path: Path) -> bytes:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_chat_template(TEMPLATE)
    writer.add_token_list(["a", "b"])
    writer.add_tensor("token_embd.weight", np.ones((4, 32), np.float32))
    writer.add_tensor("blk.0.ffn.weight", np.ones((2, 16), np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def test_what_its_own_library_writes_is_proven_safe(tmp_path: Path, examined: Look, bounds: Bounds) -> None:
    """Template, tokens, tensors of two types."""
    data = _written(tmp_path / "m.gguf")
    found = examined(data, "m.gguf")
    read = contents(Artifact.held("m", data), bounds)

    assert (found.format, found.proof, found.findings) == ("gguf", "proven_safe", ())
    assert found.facts["general.architecture"] == "llama"
    assert [(each.name, each.shape, each.size) for each in read.tensors] == [
        ("token_embd.weight", (32, 4), 512),
        ("blk.0.ffn.weight", (16, 2), 64),
    ]


def test_sizes_of_blocks_are_those_of_its_own_library() -> None:
    """Every type that both know."""
    theirs = {kind.value: (kind.name, *gguf.GGML_QUANT_SIZES[kind]) for kind in gguf.GGMLQuantizationType}

    assert {kind: theirs[kind] for kind in TYPES if kind in theirs} == TYPES


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_is_read(version: int, gguf_bytes: Make, examined: Look) -> None:
    """Version 1 counts in 32 bits."""
    data = gguf_bytes({"general.name": "x", "a": 3}, [("t", (4,), 0, 0)], b"\0" * 32, version)

    assert examined(data, "m.gguf").proof == "proven_safe"


def test_big_endian_files_are_read(examined: Look, tmp_path: Path) -> None:
    """As mainframes write them."""
    writer = gguf.GGUFWriter(tmp_path / "m", "llama", False, gguf.GGUFEndian.BIG)
    writer.add_tensor("t", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    assert examined((tmp_path / "m").read_bytes(), "m.gguf").proof == "proven_safe"


@pytest.mark.parametrize(
    ("pairs", "tensors", "counts"),
    [
        pytest.param({}, [("t", (2, 2, 2, 2, 2), 0, 0)], None, id="CVE-2024-21802-dimensions"),
        pytest.param({"a": struct.pack("<IIQ", 9, 0, 1 << 61)}, [], None, id="CVE-2024-21825-array-length"),
        pytest.param({}, [], (1 << 61, 0), id="CVE-2024-21836-tensor-count"),
        pytest.param({"a": struct.pack("<IQ", 8, (1 << 64) - 1)}, [], None, id="CVE-2024-23496-text-length"),
        pytest.param({}, [], (0, 1 << 61), id="CVE-2024-23605-pair-count"),
        pytest.param({}, [("t", (1 << 31, 1 << 31), 0, 0)], None, id="CVE-2025-53630-tensor-size"),
        pytest.param({}, [("t", (8,), 0, (1 << 64) - 32)], None, id="offset"),
        pytest.param({}, [("t", (8,), 0, 0), ("u", (8,), 0, 0)], None, id="overlap"),
    ],
)
def test_the_published_ways_out_of_bounds_are_found(
    pairs: Any, tensors: Any, counts: Any, gguf_bytes: Make, examined: Look, said: Said
) -> None:
    """Cisco Talos TALOS-2024-1912 to 1916 against llama.cpp, and the overflow of 2025 in its sum of sizes."""
    found = examined(gguf_bytes(pairs, tensors, b"\0" * 64, counts=counts), "m.gguf")

    assert "model.out-of-bounds" in said(found)
    assert found.proof == "unsafe"


@pytest.mark.parametrize(
    ("pairs", "tensors", "reason"),
    [
        ([("a", 1), ("a", 2)], [], "malformed"),
        ({"a": struct.pack("<I", 99)}, [], "malformed"),
        ({"a": struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5}, [], "too-large"),
        ({"general.alignment": 3}, [], "malformed"),
        ({}, [("t", (8,), 0, 8)], "malformed"),
        ({}, [("t", (8,), 99, 0)], "unsupported"),
        ({}, [("t", (8,), 2, 0)], "unsupported"),
        ({}, [("t", (8,), 0, 0), ("t", (8,), 0, 32)], "malformed"),
        ({}, [("t", (999,), 0, 0)], "malformed"),
        ({}, [("t", (2,), 0, 0)], "malformed"),
    ],
    ids=[
        "twice",
        "kind",
        "deep",
        "alignment",
        "unaligned",
        "type",
        "block",
        "tensor-twice",
        "short",
        "trailing",
    ],
)
def test_what_is_wrong_or_new_is_not_judged_away(
    pairs: Any, tensors: Any, reason: str, gguf_bytes: Make, examined: Look
) -> None:
    """Each with its reason."""
    found = examined(gguf_bytes(pairs, tensors, b"\0" * 64), "m.gguf")

    assert found.proof == "unknown"
    assert reason in {each.reason for each in found.unexamined}


@pytest.mark.parametrize(
    "key", ["tokenizer.chat_template", "tokenizer.chat_template.tool_use", "general.description"]
)
def test_templates_are_judged_wherever_they_hide(
    key: str, gguf_bytes: Make, examined: Look, said: Said
) -> None:
    """CVE-2024-34359: llama-cpp-python ran the template of the file."""
    assert "template.runs-code" in said(examined(gguf_bytes({key: "{{ x.__class__ }}"}), "m.gguf"))


def test_a_text_that_is_too_long_is_said(gguf_bytes: Make, examined: Look) -> None:
    """It could hold a template."""
    found = examined(gguf_bytes({"a": "x" * (2 << 20)}), "m.gguf")

    assert (found.proof, found.unexamined[0].reason) == ("unknown", "too-large")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(gguf_bytes: Make, data: st.DataObject) -> None:
    """Whatever is changed and wherever it is cut."""
    pairs = {"general.name": "x", "tokens": ["a", "b"], "tokenizer.chat_template": TEMPLATE}
    changed = bytearray(gguf_bytes(pairs, [("t", (4,), 0, 0)], b"\0" * 32))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(changed)))

    found = look(Artifact.held("m.gguf", bytes(changed[:cut])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
