"""Digests of tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from yanmen.supply.weights.digests import digests, root
from yanmen.supply.weights.opening import weights


def test_the_same_tensors_have_the_same_digest_in_every_format(
    model: Any, as_safetensors: Callable[..., Path], as_gguf: Callable[..., Path]
) -> None:
    """Whatever the order in the file, its metadata and its padding."""
    flat = {
        "x.weight": model["model.layers.0.mlp.up_proj.weight"],
        "a.weight": model["model.embed_tokens.weight"],
    }
    one = list(digests(weights(as_safetensors(flat))))
    other = list(digests(weights(as_gguf(flat, "m.gguf", gguf.GGMLQuantizationType.F32))))

    assert one == other
    assert root(one) == root(other) == root(one[::-1])
    assert one[1].sha256 == hashlib.sha256(flat["x.weight"].tobytes()).hexdigest()


def test_one_bit_changes_its_tensor_and_the_whole(model: Any, as_safetensors: Callable[..., Path]) -> None:
    """And no other tensor."""
    name = "model.layers.0.mlp.up_proj.weight"
    changed = {**model, name: np.nextafter(model[name], np.float32(1))}
    one = list(digests(weights(as_safetensors(model))))
    other = list(digests(weights(as_safetensors(changed, "b.safetensors"))))

    assert [a.name for a, b in zip(one, other, strict=True) if a != b] == [name]
    assert root(one) != root(other)
