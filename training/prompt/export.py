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


class Eighths(nn.Module):
    """A table of rows in eight bits, one scale a row."""

    def __init__(self, table: Tensor) -> None:
        """Of such a table, [n, width]."""
        super().__init__()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(table / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        """The rows of these numbers."""
        return self.table[ids].float() * self.scales[ids]


class Shipped(nn.Module):
    """The network with its word embeddings in eight bits."""

    def __init__(self, network: Network) -> None:
        """Take over a network."""
        super().__init__()
        self.network = network
        table = network.words.weight.detach().clone()
        table[: len(network.special)] = network.special.detach()
        self.words = Eighths(table)

    def forward(self, ids: Tensor, mask: Tensor) -> Output:
        """As the network's."""
        return self.network.read(self.words(ids), mask.float())


def write(network: Network, path: Path) -> None:
    """One file: inputs ids and mask, int64 [n, t]; outputs attack, classes, evidence, pooled."""
    axes = {"evidence": {0: "n", 1: "t"}} | {name: {0: "n"} for name in ("attack", "classes", "pooled")}
    quantised(Shipped(network), path, list(Output._fields), axes)


def quantised(module: nn.Module, path: Path, outputs: list[str], axes: dict[str, dict[int, str]]) -> None:
    """A module over ids and mask as ONNX, the matrices of its layers in eight bits."""
    ids = torch.randint(6, 1000, (2, 24))
    axes = {"ids": {0: "n", 1: "t"}, "mask": {0: "n", 1: "t"}} | axes
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            module.eval(), (ids, torch.ones_like(ids)), plain, input_names=["ids", "mask"], output_names=outputs,
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
