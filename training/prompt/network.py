"""The encoder as torch trains it: transformer layers, attention pooling, and three linear heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.prompt.backbone import PAD, SPECIALS, Pretrained
from training.prompt.examples import CLASSES

WIDTH, HEADS, INNER, PLACES = 384, 12, 1536, 130
"""Of the pretrained encoder; PLACES is 118 tokens of text, those around them, and room."""
FIRST_PLACE = 2
"""RoBERTa counts places from behind the padding's; the package has taken those two rows away where the table has 512."""


class Output(NamedTuple):
    """What the network says of each window: [n], [n, classes], [n, tokens], [n, WIDTH]."""

    attack: Tensor
    classes: Tensor
    evidence: Tensor
    pooled: Tensor


class Layer(nn.Module):
    """One transformer layer of BERT's kind: the norm stands behind each sum."""

    def __init__(self, epsilon: float) -> None:
        """Attention and feed-forward with these numbers."""
        super().__init__()
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH)
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=epsilon)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.last_norm = nn.LayerNorm(WIDTH, eps=epsilon)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        """States [n, t, WIDTH]; bias [n, 1, 1, t] is very low where there is padding."""
        count, length, _ = states.shape
        parts = self.query_key_value(states).view(count, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        scores = (query * (WIDTH // HEADS) ** -0.5) @ key.transpose(-1, -2) + bias.to(query.dtype)
        mixed = torch.softmax(scores, -1, dtype=scores.dtype) @ value
        mixed = mixed.transpose(1, 2).reshape(count, length, WIDTH)
        states = self.norm(states + self.mixed(mixed))
        return self.last_norm(states + self.down(functional.gelu(self.up(states))))


class Network(nn.Module):
    """Windows of token numbers in, logits out. Word embeddings stay as they were trained, but for the channels'."""

    def __init__(self, layers: int, vocabulary: int, epsilon: float) -> None:
        """An untrained network."""
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.words.weight.requires_grad_(requires_grad=False)
        self.special = nn.Parameter(torch.zeros(len(SPECIALS), WIDTH))
        self.places = nn.Parameter(torch.zeros(PLACES, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=epsilon)
        self.layers = nn.ModuleList(Layer(epsilon) for _ in range(layers))
        self.weighing = nn.Linear(WIDTH, 1)
        self.attack = nn.Linear(WIDTH, 1)
        self.classes = nn.Linear(WIDTH, len(CLASSES))
        self.evidence = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.weighing.weight)

    def halved(self) -> Network:
        """The same network with its layers in bfloat16 and its heads in full precision."""
        self.bfloat16()
        for head in self.heads():
            head.float()
        return self

    def heads(self) -> tuple[nn.Linear, ...]:
        """What reads the last layer."""
        return self.weighing, self.attack, self.classes, self.evidence

    def embedded(self, ids: Tensor) -> Tensor:
        """Embeddings of tokens, without their places. The special tokens' can be learned."""
        own = self.special[ids.clamp(max=len(SPECIALS) - 1)]
        return torch.where((ids < len(SPECIALS)).unsqueeze(-1), own, self.words(ids))

    def forward(self, ids: Tensor, mask: Tensor) -> Output:
        """ids and mask [n, t]; mask is 1 where there is a token."""
        return self.read(self.embedded(ids), mask)

    def read(self, embedded: Tensor, mask: Tensor) -> Output:
        """The same of embeddings [n, t, WIDTH] without their places."""
        return self.said(self.through(self.begun(embedded), mask, 0, len(self.layers)), mask)

    def begun(self, embedded: Tensor) -> Tensor:
        """What the first layer reads: embeddings with their places."""
        return self.norm(embedded + self.places[: embedded.shape[1]])

    def through(self, states: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        """States behind some of the layers."""
        bias = _bias(mask, states)
        for layer in self.layers[first:last]:
            states = layer(states, bias)
        return states

    def said(self, states: Tensor, mask: Tensor) -> Output:
        """What the heads make of the last layer's states."""
        bias = _bias(mask, states)
        states = states.float()
        weights = torch.softmax(self.weighing(states).squeeze(-1) + bias[:, 0, 0].float(), -1)
        pooled = (weights.unsqueeze(1) @ states).squeeze(1)
        return Output(
            self.attack(pooled).squeeze(-1), self.classes(pooled), self.evidence(states).squeeze(-1), pooled
        )


def _bias(mask: Tensor, states: Tensor) -> Tensor:
    """Very low where there is padding."""
    return (1.0 - mask.to(states.dtype))[:, None, None, :] * -1e4


def pretrained(source: Pretrained, kept: np.ndarray, taken: Sequence[int]) -> Network:
    """A network with the pretrained layers of these numbers and the kept pieces' embeddings."""
    network = Network(len(taken), len(SPECIALS) + len(kept), source.epsilon)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in source.tensors.items()}
    words = tensors["emb.word"].view(-1, WIDTH)
    with torch.no_grad():
        network.words.weight[len(SPECIALS) :] = words[torch.from_numpy(kept)]
        # <s>, <pad>, </s>, <unk>; the channels begin as "query" and "passage" do in e5
        network.special[:4] = words[:4]
        for row, piece in ((4, "\u2581query"), (5, "\u2581passage")):
            network.special[row] = words[source.pieces.index(piece)] if piece in source.pieces else words[0]
        network.words.weight[: len(SPECIALS)] = network.special
        places = tensors["emb.pos"].view(-1, WIDTH)[:PLACES]
        network.places.copy_(places + tensors["emb.type"][:WIDTH])
        network.norm.weight.copy_(tensors["emb.ln.w"])
        network.norm.bias.copy_(tensors["emb.ln.b"])
        for layer, number in zip(network.layers, taken, strict=True):
            _fill(layer, {name.partition(".")[2]: t for name, t in tensors.items() if name.startswith(f"l{number}.")})
    return network


def _fill(layer: Layer, tensors: dict[str, Tensor]) -> None:
    for part, name in enumerate("qkv"):
        rows = slice(part * WIDTH, (part + 1) * WIDTH)
        layer.query_key_value.weight[rows] = tensors[f"{name}.w"].view(WIDTH, WIDTH)
        layer.query_key_value.bias[rows] = tensors[f"{name}.b"]
    for linear, name in ((layer.mixed, "ao"), (layer.up, "fi"), (layer.down, "fo")):
        linear.weight.copy_(tensors[f"{name}.w"].view_as(linear.weight))
        linear.bias.copy_(tensors[f"{name}.b"])
    for norm, name in ((layer.norm, "aln"), (layer.last_norm, "oln")):
        norm.weight.copy_(tensors[f"{name}.w"])
        norm.bias.copy_(tensors[f"{name}.b"])


def padded(windows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Windows of token numbers as ids and mask, as long as the longest."""
    length = max(map(len, windows))
    ids = torch.full((len(windows), length), PAD)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = torch.tensor(window)
    return ids, (ids != PAD).float()
