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
from training.prompt.network import Network, Output


class Shipped(nn.Module):
    """The network with its word embeddings in eight bits, one scale a word."""

    def __init__(self, network: Network) -> None:
        """Take over a network."""
        super().__init__()
        self.network = network
        table = network.words.weight.detach().clone()
        table[: len(network.special)] = network.special.detach()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(table / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor, mask: Tensor) -> Output:
        """As the network's."""
        network = self.network
        embedded = self.table[ids].float() * self.scales[ids]
        return network.read(embedded, mask.float())


def write(network: Network, path: Path) -> None:
    """One file: inputs ids and mask, int64 [n, t]; outputs attack, classes, evidence, pooled."""
    names = list(Output._fields)
    ids = torch.randint(6, 1000, (2, 24))
    axes = {"ids": {0: "n", 1: "t"}, "mask": {0: "n", 1: "t"}, "evidence": {0: "n", 1: "t"}}
    axes |= {name: {0: "n"} for name in ("attack", "classes", "pooled")}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            Shipped(network).eval(), (ids, torch.ones_like(ids)), plain, input_names=["ids", "mask"], output_names=names,
            dynamic_axes=axes, opset_version=17, dynamo=False,
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
