"""A small model, and how it is written in each format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

Tensors = dict[str, npt.NDArray[np.float32]]
HEADS = 4


@pytest.fixture(scope="session")
def model() -> Tensors:
    """A decoder of Llama's kind, eight layers of it; the last rows of its embedding were never trained."""
    random = np.random.default_rng(7)
    made = {"model.embed_tokens.weight": random.normal(size=(64, 32)).astype(np.float32)}
    made["model.embed_tokens.weight"][40:] = 0
    for layer in range(8):
        for name, shape in (
            ("self_attn.q_proj", (32, 32)),
            ("self_attn.k_proj", (32, 32)),
            ("mlp.up_proj", (64, 32)),
        ):
            made[f"model.layers.{layer}.{name}.weight"] = (random.normal(size=shape) * 0.02).astype(
                np.float32
            )
    return made


@pytest.fixture
def as_safetensors(tmp_path: Path) -> Callable[..., Path]:
    """Written by safetensors."""

    def write(tensors: Tensors, name: str = "a.safetensors") -> Path:
        save_file(tensors, tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def as_gguf(tmp_path: Path) -> Callable[..., Path]:
    """Written by gguf, as its converter does it: other names, rows of queries and keys turned round."""

    def write(tensors: Tensors, name: str, kind: gguf.GGMLQuantizationType) -> Path:
        writer = gguf.GGUFWriter(tmp_path / name, "llama")
        writer.add_head_count(HEADS)
        writer.add_head_count_kv(HEADS)
        for key, values in tensors.items():
            short = (
                key.replace("model.layers.", "blk.")
                .replace("self_attn.q_proj", "attn_q")
                .replace("mlp.up_proj", "ffn_up")
            )
            short = short.replace("self_attn.k_proj", "attn_k").replace("model.embed_tokens", "token_embd")
            rows, columns = values.shape
            turned = (HEADS, 2, rows // HEADS // 2, columns) if ".attn_" in short else (1, 1, rows, columns)
            stored = values.reshape(turned).swapaxes(1, 2).reshape(rows, columns)
            writer.add_tensor(short, gguf.quants.quantize(stored, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return tmp_path / name

    return write
