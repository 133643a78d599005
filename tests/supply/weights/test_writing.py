"""safetensors, written."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors import safe_open

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.weights.opening import weights
from yanmen.supply.weights.tensors import Tensor
from yanmen.supply.weights.writing import write


def _tensor(name: str, dtype: str, shape: tuple[int, ...], data: bytes) -> Tensor:
    return Tensor(name, dtype, shape, 1, len(data), lambda: iter([data[:3], data[3:]]))


def test_the_format_s_own_library_reads_what_was_written(tmp_path: Path) -> None:
    """Names, types, shapes and bytes; and so do we."""
    tensors = [
        _tensor("b", "F32", (2,), b"abcdefgh"),
        _tensor("a", "U8", (3,), b"xyz"),
        _tensor("中", "F64", (0, 2), b""),
    ]
    path = tmp_path / "out.safetensors"
    assert write(tensors, path) == path.stat().st_size
    with safe_open(path, "np") as file:
        assert set(file.keys()) == {"a", "b", "中"}
        assert file.get_tensor("b").tobytes() == b"abcdefgh"
        assert file.get_tensor("a").tolist() == list(b"xyz")
        assert file.metadata() == {"format": "pt"}
    assert set(weights(path).tensors) == {"a", "b", "中"}


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    """Neither the file nor a part of it; and none is written over."""
    short = Tensor("a", "F32", (2,), 1, 8, lambda: iter([b"abc"]))
    with pytest.raises(Unjudged):
        write([short], tmp_path / "out.safetensors")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Unjudged):
        write([_tensor("a", "U8", (1,), b"x"), _tensor("a", "U8", (1,), b"y")], tmp_path / "out.safetensors")
    (tmp_path / "there").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write([], tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == b"mine"
