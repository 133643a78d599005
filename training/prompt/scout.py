"""Trains the scout: a transformer of two thin layers that reads each window before the encoder does and imitates what it says.

It learns from the encoder's own logits, not from labels, on every window that training has; what it is surely not worried about
the encoder need not read. Its words are the encoder's, projected from 384 to 128 numbers.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.prompt.backbone import SPECIALS
from training.prompt.cutting import Cut
from training.prompt.export import Eighths, quantised
from training.prompt.learning import batches
from training.prompt.network import PLACES, Layer, Network, padded

WIDE, HEADS, INNER, LAYERS = 128, 4, 384, 2
PASSES, RATE, SEED = 4, 2e-3, 11
SOFTNESS = 1.5
"""What the encoder's logits are divided by: how a window compares with others says more than yes or no."""
FOUND_WORTH = 2.0
"""What a window is worth that the encoder calls an attack."""


class Scout(nn.Module):
    """Windows of token numbers in, one logit out, on the encoder's scale."""

    def __init__(self, encoder: Network, epsilon: float = 1e-12) -> None:
        """Untrained but for the words, which are the encoder's, seen along their main directions."""
        super().__init__()
        words = encoder.words.weight.detach().clone()
        words[: len(SPECIALS)] = encoder.special.detach()
        self.register_buffer("words", words)
        _, _, directions = torch.linalg.svd(words[:: len(words) // 8000 or 1] - words.mean(0), full_matrices=False)
        self.thin = nn.Linear(words.shape[1], WIDE)
        with torch.no_grad():
            self.thin.weight.copy_(directions[:WIDE] * 3)
            self.thin.bias.zero_()
        self.places = nn.Parameter(torch.randn(PLACES, WIDE) * 0.02)
        self.norm = nn.LayerNorm(WIDE, eps=epsilon)
        self.layers = nn.ModuleList(Layer(epsilon, WIDE, HEADS, INNER) for _ in range(LAYERS))
        self.weighing, self.said = nn.Linear(WIDE, 1), nn.Linear(2 * WIDE, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids and mask [n, t]: logits [n]."""
        return self.read(self.thin(self.words[ids]), mask)

    def read(self, thin: Tensor, mask: Tensor) -> Tensor:
        """The same of projected words [n, t, WIDE]."""
        states = self.norm(thin + self.places[: thin.shape[1]])
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            states = layer(states, bias)
        weights = torch.softmax(self.weighing(states).squeeze(-1) + bias[:, 0, 0], -1)
        pooled = (weights.unsqueeze(1) @ states).squeeze(1)
        highest = (states + bias[:, 0, 0].unsqueeze(-1)).amax(1)
        return self.said(torch.cat([pooled, highest], -1)).squeeze(-1)


class Shipped(nn.Module):
    """The scout with its projected words in eight bits."""

    def __init__(self, scout: Scout) -> None:
        """Take over a scout."""
        super().__init__()
        self.scout = scout
        self.words = Eighths(scout.thin(scout.words).detach())

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """As the scout's."""
        return self.scout.read(self.words(ids), mask.float())


def train(encoder: Network, cuts: Sequence[Cut]) -> Scout:
    """A scout of these windows, whose ``teacher`` is the encoder's logit."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    scout = Scout(encoder)
    stream = [batch for _ in range(PASSES) for batch in batches(cuts, rng)]
    optimiser = torch.optim.AdamW(scout.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=len(stream), pct_start=0.08)
    summed = 0.0
    for number, batch in enumerate(stream, 1):
        value = _loss(scout, batch)
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(scout.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        summed += value.item()
        if number % 500 == 0:
            print(f"scout: {number}/{len(stream)} loss {summed / 500:.4f}", file=sys.stderr, flush=True)
            summed = 0.0
    return scout.eval()


def _loss(scout: Scout, batch: Sequence[Cut]) -> Tensor:
    ids, mask = padded([one.ids for one in batch])
    with torch.autocast("cpu", torch.bfloat16):
        said = scout(ids, mask)
    said = said.float()
    taught = torch.tensor(np.array([one.teacher for one in batch], np.float32)).clamp(-12, 12)
    worth = torch.where(taught > 0, FOUND_WORTH, 1.0)
    soft = functional.binary_cross_entropy_with_logits(said / SOFTNESS, torch.sigmoid(taught / SOFTNESS), reduction="none")
    near = functional.smooth_l1_loss(said.clamp(-8, 8), taught.clamp(-8, 8), reduction="none")
    return ((soft + 0.1 * near) * worth).mean()


def write(scout: Scout, path: Path) -> None:
    """One file: inputs ids and mask, int64 [n, t]; output said."""
    quantised(Shipped(scout), path, ["said"], {"said": {0: "n"}})
