"""Trains a network on windows, in batches of like length, in two processes that share their gradients.

Two processes of one thread each are faster than one of two, most of all on a machine that does other work as well: threads
wait for one another at every sum, processes once a step.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, distributed, multiprocessing, nn
from torch.nn import functional

from training.prompt.cutting import IGNORED, Cut, labels
from training.prompt.network import Network, padded

TOKENS = 4096
"""Tokens of one process's batch, padding counted."""
PROCESSES = 2
CLASS_SHARE, EVIDENCE_SHARE = 0.2, 0.3
"""What the losses of classes and evidence are worth beside that of the attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one stage is trained."""

    passes: float
    rate: float
    head_rate: float = 1e-3
    decay: float = 0.9
    """Each layer below learns at this share of the one above."""
    warm_up: float = 0.06
    teacher_share: float = 0.0
    """What agreeing with the teacher is worth; the labels are worth the rest."""
    seed: int = 1
    frozen: int = 0
    """So many of the lowest layers, and the embeddings below them, stay as they are."""


def batches(cuts: Sequence[Cut], rng: random.Random) -> list[list[Cut]]:
    """All cuts once, in batches of like length, in a random order."""
    ordered = sorted(cuts, key=lambda one: len(one.ids) + rng.random() * 6)
    found: list[list[Cut]] = [[]]
    for one in ordered:
        longest = max([len(one.ids), *(len(other.ids) for other in found[-1][-1:])]) + 6
        if found[-1] and (len(found[-1]) + 1) * longest > TOKENS:
            found.append([])
        found[-1].append(one)
    rng.shuffle(found)
    return found


def _stream(cuts: Sequence[Cut], plan: Plan) -> list[list[Cut]]:
    rng = random.Random(plan.seed)
    whole = [batch for _ in range(int(plan.passes)) for batch in batches(cuts, rng)]
    last = batches(cuts, rng)
    return whole + last[: int(len(last) * (plan.passes - int(plan.passes)))]


def _groups(network: Network, plan: Plan) -> Iterator[tuple[list[nn.Parameter], float, float]]:
    """Parameters with their rate and weight decay."""
    yield [parameter for head in network.heads() for parameter in head.parameters()], plan.head_rate, 0.0
    depth = len(network.layers)
    for number, layer in enumerate(network.layers):
        rate = plan.rate * plan.decay ** (depth - 1 - number)
        yield [p for p in layer.parameters() if p.ndim > 1], rate, 0.01
        yield [p for p in layer.parameters() if p.ndim == 1], rate, 0.0
    yield [network.special, network.places, *network.norm.parameters()], plan.rate * plan.decay**depth, 0.0


class Master:
    """The optimiser's own copy of the parameters, in full precision: small steps are lost in bfloat16."""

    def __init__(self, network: Network, plan: Plan) -> None:
        """AdamW over the copies."""
        self.network = network
        groups = list(_groups(network, plan))
        self.low = [p for some, _, _ in groups for p in some]
        self.full = [p.detach().float().clone() for p in self.low]
        sizes, at, given = [len(some) for some, _, _ in groups], 0, []
        for size, (_, rate, decay) in zip(sizes, groups, strict=True):
            given.append({"params": self.full[at : at + size], "lr": rate, "weight_decay": decay})
            at += size
        self.optimiser = torch.optim.AdamW(given, betas=(0.9, 0.98), eps=1e-6, foreach=True)

    @torch.no_grad()
    def step(self) -> None:
        """One step along the gradients of the network's parameters, which are cut to a norm of 1 and then dropped."""
        for low, full in zip(self.low, self.full, strict=True):
            full.grad = low.grad.float() if low.grad is not None else torch.zeros_like(full)
            low.grad = None
        self._share()
        torch.nn.utils.clip_grad_norm_(self.full, 1.0, foreach=True)
        self.optimiser.step()
        for low, full in zip(self.low, self.full, strict=True):
            low.copy_(full)

    @torch.no_grad()
    def give(self) -> None:
        """The network gets its parameters back in full precision."""
        self.network.float()
        for low, full in zip(self.low, self.full, strict=True):
            low.copy_(full)

    def _share(self) -> None:
        """The mean of all processes' gradients becomes that of each."""
        if distributed.is_initialized():
            whole = torch.cat([full.grad.view(-1) for full in self.full])
            distributed.all_reduce(whole)
            whole /= distributed.get_world_size()
            at = 0
            for full in self.full:
                full.grad.copy_(whole[at : at + full.numel()].view_as(full))
                at += full.numel()


def loss(network: Network, batch: Sequence[Cut], teacher_share: float) -> Tensor:
    """The weighted loss of one batch."""
    ids, mask = padded([one.ids for one in batch])
    said = network(ids, mask)
    attack = said.attack
    weights = torch.tensor([one.weight for one in batch])
    target = torch.tensor([one.attack for one in batch])
    total = functional.binary_cross_entropy_with_logits(attack, target, reduction="none")
    if teacher_share:
        taught = torch.sigmoid(torch.tensor([one.teacher for one in batch]))
        total = (1 - teacher_share) * total + teacher_share * functional.binary_cross_entropy_with_logits(
            attack, taught, reduction="none"
        )
    result = (total * weights).sum() / weights.sum()
    kinds = torch.tensor([one.kind for one in batch])
    if (kinds >= 0).any():
        result = result + CLASS_SHARE * functional.cross_entropy(said.classes, kinds, ignore_index=IGNORED)
    marks = torch.tensor(labels(batch, ids.shape[1]))
    known = marks != IGNORED
    if known.any():
        result = result + EVIDENCE_SHARE * functional.binary_cross_entropy_with_logits(
            said.evidence[known], marks[known].float(), pos_weight=torch.tensor(2.0)
        )
    return result


def train(network: Network, cuts: Sequence[Cut], plan: Plan, folder: Path, name: str) -> None:
    """Train a network in place. What came of it stays in the folder as ``NAME.pt``, from where it is taken the next time."""
    kept = folder / f"{name}.pt"
    if not kept.exists():
        _freeze(network, plan.frozen)
        torch.save((network, list(cuts), plan), folder / f"{name}.begin")
        multiprocessing.spawn(_work, (str(folder), name), PROCESSES)
        (folder / f"{name}.begin").unlink()
    network.load_state_dict(torch.load(kept, weights_only=True))
    network.eval()


def _freeze(network: Network, layers: int) -> None:
    """So many of the lowest layers are not learned, nor, if any is not, the embeddings below."""
    below = [network.special, network.places, *network.norm.parameters()]
    for parameter in [*(below if layers else ()), *(p for layer in network.layers[:layers] for p in layer.parameters())]:
        parameter.requires_grad_(requires_grad=False)


def _work(rank: int, folder: str, name: str) -> None:
    """One of the processes."""
    torch.set_num_threads(1)
    meeting = Path(folder) / f"{name}.meeting"
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=PROCESSES)
    network, cuts, plan = torch.load(Path(folder) / f"{name}.begin", weights_only=False)
    _steps(network, _stream(cuts, plan), plan, rank, name)
    if rank == 0:
        part = Path(folder) / f"{name}.part"
        torch.save(network.state_dict(), part)
        part.rename(Path(folder) / f"{name}.pt")
    distributed.barrier()
    distributed.destroy_process_group()
    if rank == 0:
        meeting.unlink(missing_ok=True)


def _steps(network: Network, stream: Sequence[Sequence[Cut]], plan: Plan, rank: int, name: str) -> None:
    """Every step of one process, which takes every PROCESSES-th batch."""
    torch.manual_seed(plan.seed)
    network.halved()
    master = Master(network, plan)
    steps = len(stream) // PROCESSES
    warm = max(1, int(steps * plan.warm_up))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        master.optimiser, lambda step: min((step + 1) / warm, max(0.02, (steps - step) / max(1, steps - warm)))
    )
    network.train()
    began, summed = time.monotonic(), 0.0
    for number in range(1, steps + 1):
        value = loss(network, stream[(number - 1) * PROCESSES + rank], plan.teacher_share)
        value.backward()
        master.step()
        schedule.step()
        summed += value.item()
        if rank == 0 and (number % 50 == 0 or number == steps):
            spent = time.monotonic() - began
            print(f"{name}: {number}/{steps} loss {summed / (number % 50 or 50):.4f} {spent:.0f} s, "
                  f"{spent / number * (steps - number):.0f} s left", file=sys.stderr, flush=True)
            summed = 0.0
    master.give()


@torch.no_grad()
def logits(network: Network, windows: Sequence[Sequence[int]]) -> np.ndarray:
    """The attack logit of each window."""
    network.eval()
    order = sorted(range(len(windows)), key=lambda n: len(windows[n]))
    found = np.zeros(len(windows), dtype=np.float32)
    at = 0
    while at < len(order):
        size = max(1, 16384 // (len(windows[order[min(at + 63, len(order) - 1)]]) + 1))
        some = order[at : at + size]
        ids, mask = padded([windows[n] for n in some])
        found[some] = network(ids, mask).attack.numpy()
        at += size
    return found
