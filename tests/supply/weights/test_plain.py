"""Safetensors and GGUF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from yanmen.supply.weights.opening import weights


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
