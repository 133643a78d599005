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
from training.prompt.operators import DOMAIN, normed, through


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

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Of ids [1, t] the early logit [1] and the states [1, t, WIDTH] behind the lowest layers."""
        words = self.table[ids].float() * self.scales[ids]
        states = normed(self.network.norm, words, self.network.places[: ids.shape[1]].expand_as(words))
        for layer in self.network.layers[:LAYERS]:
            states = through(layer, states)
        return self.head(states, ids, torch.ones_like(ids)), states


class Above(nn.Module):
    """The layers above the early exit, and all heads."""

    def __init__(self, network: Network) -> None:
        """Take over parts of a network."""
        super().__init__()
        self.network = network

    def forward(self, states: Tensor) -> Output:
        """As the network's, from the states [1, t, WIDTH] behind the lowest layers."""
        for layer in self.network.layers[LAYERS:]:
            states = through(layer, states)
        return self.network.said(states, torch.ones(states.shape[:2]))


def early(network: Network, head: Head, path: Path) -> None:
    """The lower part: input ids, int64 [1, t]; outputs early and states."""
    names = ["ids"], ["early", "states"]
    _written(Below(network, head).eval(), torch.randint(6, 1000, (1, 24)), path, names, {"ids", "states"})


def write(network: Network, path: Path) -> None:
    """The upper part: input states, float32 [1, t, WIDTH]; outputs attack, classes, evidence, pooled."""
    names = ["states"], list(Output._fields)
    _written(Above(network).eval(), torch.rand(1, 24, WIDTH), path, names, {"states", "evidence"})


def _written(
    module: nn.Module, given: Tensor, path: Path, names: tuple[list[str], list[str]], by_token: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            module, (given,), plain, input_names=names[0], output_names=names[1], opset_version=17, dynamo=False,
            dynamic_axes={name: {1: "t"} for name in by_token}, custom_opsets=DOMAIN,
        )
        quantize_dynamic(
            plain, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Attention"],
            nodes_to_exclude=_small(onnx.load(plain)), extra_options={"MatMulConstBOnly": True},
        )


def _small(model: onnx.ModelProto) -> list[str]:
    """The products of the heads, which stay as they are."""
    large = {one.name for one in model.graph.initializer if len(one.dims) == 2 and min(one.dims) >= WIDTH}
    return [node.name for node in model.graph.node if node.op_type == "MatMul" and node.input[1] not in large]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card(folder: Path, version: str, channels: dict[str, dict[str, object]], **more: object) -> None:
    """``card.json`` over the files that stand in the folder."""
    files = {path.name: digest(path) for path in sorted(folder.iterdir()) if path.name != "card.json"}
    made = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = {"version": version, "made": made, "files": files, "classes": CLASSES, "channels": channels, **more}
    (folder / "card.json").write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", "utf-8")
