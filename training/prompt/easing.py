"""Evens out what the products of a layer read, so that eight bits hold more of it.

Some inner channels are a hundred times as loud as the others, and all of a window share one scale: the quiet ones are rounded
away. Each channel is divided by a factor before the product, and the weights that read it are multiplied by the same one. In full
precision nothing changes. The idea, and the formula of the factors, are SmoothQuant's (Xiao et al., arXiv 2211.10438).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.prompt.cutting import Cut
from training.prompt.network import Network, padded

PRODUCTS = ("mixed", "up", "down")
"""What reads loud channels; queries, keys and values read quiet ones."""
STRENGTH = 0.8
"""How much of the loudness goes over to the weights: nearest to full precision of 0.5, 0.7, 0.8 and 0.9, on held-out families."""
WINDOWS = 500


class Eased(nn.Module):
    """A product whose input channels are divided first."""

    def __init__(self, product: nn.Linear, factors: Tensor) -> None:
        """``factors``: one for each channel. The product's weights are changed."""
        super().__init__()
        product.weight.data.mul_(factors)
        self.product = product
        self.register_buffer("shares", 1 / factors)

    def forward(self, states: Tensor) -> Tensor:
        """What the product alone gave before."""
        return self.product(states * self.shares)


@torch.no_grad()
def ease(network: Network, cuts: Sequence[Cut]) -> None:
    """Put factors before the products, chosen by how loud their channels are over some windows."""
    loudest: dict[tuple[int, str], Tensor] = defaultdict(lambda: torch.zeros(()))

    def heard(place: tuple[int, str], given: Tensor) -> None:
        loudest[place] = torch.maximum(loudest[place], given.abs().flatten(0, -2).amax(0))

    places = [(number, name) for number in range(len(network.layers)) for name in PRODUCTS]
    hooks = [
        getattr(network.layers[place[0]], place[1]).register_forward_pre_hook(lambda _, given, at=place: heard(at, given[0]))
        for place in places
    ]
    for one in cuts[:WINDOWS]:
        network(*padded([one.ids]))
    for hook in hooks:
        hook.remove()
    for number, name in places:
        product = getattr(network.layers[number], name)
        weights = product.weight.abs().amax(0).clamp(min=1e-4)
        factors = loudest[number, name].clamp(min=1e-3) ** STRENGTH / weights ** (1 - STRENGTH)
        setattr(network.layers[number], name, Eased(product, factors.clamp(0.02, 50.0)))
