"""Hints at what stands out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from yanmen.supply.weights.hints import hints, measure, unmeasured
from yanmen.supply.weights.opening import weights

Write = Callable[..., Path]


def test_nothing_stands_out_in_an_ordinary_model_but_its_unused_rows(
    model: Any, as_safetensors: Write
) -> None:
    """How many, of how many."""
    (hint,) = hints(weights(as_safetensors(model)))

    assert (hint.tensor, hint.kind, hint.value, hint.among) == (
        "model.embed_tokens.weight",
        "unused-rows",
        24,
        64,
    )


def test_a_tensor_unlike_its_kind_stands_out(model: Any, as_safetensors: Write) -> None:
    """By its size, by its tails, by what is no number, by being nothing."""
    changed = {name: values.copy() for name, values in model.items()}
    changed["model.layers.2.mlp.up_proj.weight"] *= 9
    changed["model.layers.3.mlp.up_proj.weight"][0, 0] = 3
    changed["model.layers.4.mlp.up_proj.weight"][0, 0] = np.nan
    changed["model.layers.5.mlp.up_proj.weight"][0, 0] = np.inf
    changed["model.layers.6.self_attn.k_proj.weight"][:] = 0
    found = {
        (each.tensor.split(".")[2], each.kind)
        for each in hints(weights(as_safetensors(changed)))
        if "layers" in each.tensor
    }

    assert {
        ("2", "size"),
        ("3", "tails"),
        ("4", "not-numbers"),
        ("5", "infinite"),
        ("6", "constant"),
    } <= found
    assert not any(layer in {"0", "1", "7"} for layer, _ in found)


def test_measures_are_as_numpy_reckons_them(as_safetensors: Write) -> None:
    """Root mean square and excess kurtosis."""
    values = np.random.default_rng(3).standard_t(5, size=50_000).astype(np.float32) + np.float32(0.5)
    (tensor,) = weights(as_safetensors({"a": values})).tensors.values()
    found = measure(tensor)
    wide = values.astype(np.float64)
    kurtosis = np.mean((wide - wide.mean()) ** 4) / np.var(wide) ** 2 - 3

    assert np.isclose(found.size, np.sqrt(np.mean(wide**2)))
    assert np.isclose(found.tails, kurtosis)


def test_types_that_are_not_read_are_told(model: Any, as_gguf: Write) -> None:
    """Nothing is said of them, and that is said."""
    name = "model.layers.0.mlp.up_proj.weight"
    kept = weights(as_gguf({name: np.zeros((4, 256), np.float32)}, "m.gguf", gguf.GGMLQuantizationType.TQ2_0))

    assert unmeasured(kept) == ["blk.0.ffn_up.weight"]
    assert list(hints(kept)) == []
