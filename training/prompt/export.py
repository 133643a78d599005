"""Writes a trained network as ONNX with weights of eight bits, and the other files of a model folder."""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.prompt.examples import CLASSES
from training.prompt.early import LAYERS, Head
from training.prompt.network import WIDTH, Network, Output


class Below(nn.Module):
    """Word embeddings in eight bits, one scale a word, the lowest layers, and the head of the early exit."""

    def __init__(self, network: Network, head: Head) -> None:
        """Take over parts of a network."""
        super().__init__()
        self.network, self.head = network, head
        table = network.words.weight.detach().clone()
        table[: len(network.special)] = network.special.detach()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(table / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The early logit [n] and the states [n, t, WIDTH] behind the lowest layers."""
        states = self.network.begun(self.table[ids].float() * self.scales[ids])
        states = self.network.through(states, mask.float(), 0, LAYERS)
        return self.head(states, ids, mask), states


class Above(nn.Module):
    """The layers above the early exit, and all heads."""

    def __init__(self, network: Network) -> None:
        """Take over parts of a network."""
        super().__init__()
        self.network = network

    def forward(self, states: Tensor, mask: Tensor) -> Output:
        """As the network's, from the states behind the lowest layers."""
        states = self.network.through(states, mask.float(), LAYERS, len(self.network.layers))
        return self.network.said(states, mask.float())


def early(network: Network, head: Head, path: Path) -> None:
    """The lower part: inputs ids and mask, int64 [n, t]; outputs early and states."""
    ids = torch.randint(6, 1000, (2, 24))
    axes = {name: {0: "n", 1: "t"} for name in ("ids", "mask", "states")} | {"early": {0: "n"}}
    _written(Below(network, head).eval(), (ids, torch.ones_like(ids)), path, (["ids", "mask"], ["early", "states"]), axes)


def write(network: Network, path: Path) -> None:
    """The upper part: inputs states, float32 [n, t, WIDTH], and mask, int64 [n, t]; outputs attack, classes, evidence, pooled."""
    axes = {name: {0: "n", 1: "t"} for name in ("states", "mask", "evidence")}
    axes |= {name: {0: "n"} for name in ("attack", "classes", "pooled")}
    states, mask = torch.rand(2, 24, WIDTH), torch.ones(2, 24, dtype=torch.int64)
    _written(Above(network).eval(), (states, mask), path, (["states", "mask"], list(Output._fields)), axes)


def _written(
    module: nn.Module, inputs: tuple[Tensor, Tensor], path: Path, names: tuple[list[str], list[str]],
    axes: dict[str, dict[int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            module, inputs, plain, input_names=names[0], output_names=names[1], dynamic_axes=axes, opset_version=17, dynamo=False,
        )
        quantize_dynamic(
            plain, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"],
            nodes_to_exclude=_heads(onnx.load(plain)), extra_options={"MatMulConstBOnly": True},
        )


def _heads(model: onnx.ModelProto) -> list[str]:
    """The small products at the end, which stay as they are."""
    return [node.name for node in model.graph.node if node.op_type == "MatMul" and "/layers." not in node.name]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card(folder: Path, version: str, channels: dict[str, dict[str, object]], **more: object) -> None:
    """``card.json`` over the files that stand in the folder."""
    files = {path.name: digest(path) for path in sorted(folder.iterdir()) if path.name != "card.json"}
    made = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = {"version": version, "made": made, "files": files, "classes": CLASSES, "channels": channels, **more}
    (folder / "card.json").write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", "utf-8")
