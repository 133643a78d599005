"""The early exit: a small head over the lowest two layers, by which windows that are surely no attack need not be read further.

Those layers stay as they are from the fourth pass on, so the head is trained when all else is done, on the states that the shipped
eight-bit layers give.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.prompt.backbone import DATA, USER
from training.prompt.cutting import Cut
from training.prompt.network import WIDTH, Network, padded

LAYERS = 2
"""So many layers are below the exit."""
QUERIES, INNER = 4, 64
WINDOWS, PASSES, BATCH, RATE, SEED = 16_000, 5, 48, 2e-3, 5
ATTACKS_WORTH = 2.0
"""What a window with an attack is worth beside one without."""


class Head(nn.Module):
    """A logit that an attack stands in a window, from its states after the lowest layers, and its channel."""

    def __init__(self) -> None:
        """Untrained."""
        super().__init__()
        self.weighing = nn.Linear(WIDTH, QUERIES)
        self.inner = nn.Linear(WIDTH * (QUERIES + 1) + 2, INNER)
        self.outer = nn.Linear(INNER, 1)

    def forward(self, states: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        """States [n, t, WIDTH], ids and mask [n, t]; logits [n]."""
        marks = mask.float().unsqueeze(-1)
        weights = torch.softmax(self.weighing(states) + (1.0 - marks) * -1e4, 1)
        seen = (weights.transpose(1, 2) @ states).flatten(1)
        mean = (states * marks).sum(1) / marks.sum(1)
        channel = torch.stack((ids[:, 1] == USER, ids[:, 1] == DATA), 1).float()
        return self.outer(functional.relu(self.inner(torch.cat((seen, mean, channel), 1)))).squeeze(-1)


def train(network: Network, cuts: Sequence[Cut]) -> Head:
    """The head of a trained network, learned from so many windows."""
    from training.prompt import export  # noqa: PLC0415 - export writes what is made here

    rng = random.Random(SEED)
    cuts = rng.sample(cuts, min(WINDOWS, len(cuts)))
    torch.manual_seed(SEED)
    head = Head()
    with tempfile.TemporaryDirectory() as folder:
        export.early(network, head, Path(folder) / "early.onnx")
        states = seen(Path(folder) / "early.onnx", [one.ids for one in cuts])
    order = sorted(range(len(cuts)), key=lambda n: len(states[n]))
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=PASSES * len(batches))
    for _ in range(PASSES):
        rng.shuffle(batches)
        for some in batches:
            _step(head, [cuts[n] for n in some], [states[n] for n in some]).backward()
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
    return head.eval()


def _step(head: Head, cuts: Sequence[Cut], states: Sequence[np.ndarray]) -> Tensor:
    ids, mask = padded([one.ids for one in cuts])
    filled = torch.zeros(*ids.shape, WIDTH)
    for row, one in enumerate(states):
        filled[row, : len(one)] = torch.from_numpy(one.astype(np.float32))
    target = torch.tensor([one.attack for one in cuts])
    weights = torch.tensor([one.weight * (ATTACKS_WORTH if one.attack else 1.0) for one in cuts])
    return (functional.binary_cross_entropy_with_logits(head(filled, ids, mask), target, reduction="none") * weights).mean()


def seen(path: Path, windows: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """The states of windows after the lowest layers, in half precision."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = []
    for window in windows:
        ids = np.array([window], dtype=np.int64)
        (states,) = session.run(("states",), {"ids": ids})
        found.append(states[0].astype(np.float16))
    return found
