"""Tensors of any file, in pieces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from yanmen.core.errors import YanmenError
from yanmen.supply.targets import Artifact
from yanmen.supply.weights.tensors import PIECE, stretch, weights


def test_tensors_are_as_they_were_written(
    model: Any, as_safetensors: Callable[..., Path], as_gguf: Callable[..., Path]
) -> None:
    """Names, types, shapes in everybody's order, bytes."""
    plain = weights(as_safetensors(model))
    turned = weights(as_gguf(model, "m.gguf", gguf.GGMLQuantizationType.F16))
    name = "model.layers.0.mlp.up_proj.weight"

    assert plain.tensors.keys() == model.keys()
    assert b"".join(plain.tensors[name].opened()) == model[name].tobytes()
    assert (turned.format, turned.tensors["blk.0.ffn_up.weight"].shape) == ("gguf", (64, 32))
    assert (
        b"".join(turned.tensors["blk.0.ffn_up.weight"].opened()) == model[name].astype(np.float16).tobytes()
    )


def test_shards_of_a_folder_are_one_model(
    model: Any, as_safetensors: Callable[..., Path], tmp_path: Path
) -> None:
    """A tensor that stands in two of them is an error."""
    names = sorted(model)
    as_safetensors({name: model[name] for name in names[:9]}, "model-1.safetensors")
    as_safetensors({name: model[name] for name in names[9:]}, "model-2.safetensors")

    assert weights(tmp_path).tensors.keys() == model.keys()
    as_safetensors({names[0]: model[names[0]]}, "model-3.safetensors")
    with pytest.raises(YanmenError, match="twice"):
        weights(tmp_path)


def test_pieces_are_of_whole_units() -> None:
    """And an end that comes too early is an error."""
    data = b"x" * (2 * PIECE + 18)
    sizes = [len(piece) for piece in stretch(Artifact.held("a", data), 0, len(data) // 18 * 18, 18)()]

    assert all(size % 18 == 0 for size in sizes)
    assert max(sizes) <= PIECE
    with pytest.raises(EOFError):
        list(stretch(Artifact.held("a", b"123"), 0, 9, 1)())


def test_what_holds_no_tensors_is_an_error_that_can_be_mended(tmp_path: Path) -> None:
    """A text, a broken header, an empty folder."""
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.safetensors").write_bytes(b"\xff" * 20)
    (tmp_path / "empty").mkdir()

    for name in ("a.txt", "b.safetensors", "empty"):
        with pytest.raises(YanmenError):
            weights(tmp_path / name)
