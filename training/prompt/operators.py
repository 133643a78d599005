"""Layers as ONNX Runtime's own operators, which read and write memory once where the plain graph does so five times.

What is shipped reads one window at a time, so there is no padding and no mask.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import LayerNorm, functional

from training.prompt.network import HEADS, WIDTH, Layer

DOMAIN = {"com.microsoft": 1}
"""The set that the operators stand in."""


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, states: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        count, length, _ = states.shape
        parts = (states @ weight + bias).view(count, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return mixed.transpose(1, 2).reshape(count, length, WIDTH)

    @staticmethod
    def symbolic(graph: Any, states: Any, weight: Any, bias: Any) -> Any:
        return graph.op("com.microsoft::Attention", states, weight, bias, num_heads_i=HEADS).setType(states.type())


class _SumNorm(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, one: Tensor, other: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> Tensor:
        return functional.layer_norm(one + other, (WIDTH,), weight, bias, epsilon)

    @staticmethod
    def symbolic(graph: Any, one: Any, other: Any, weight: Any, bias: Any, epsilon: float) -> Any:
        made = graph.op("com.microsoft::SkipLayerNormalization", one, other, weight, bias, epsilon_f=epsilon)
        return made.setType(one.type())


class _Gelu(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, states: Tensor) -> Tensor:
        return functional.gelu(states)

    @staticmethod
    def symbolic(graph: Any, states: Any) -> Any:
        return graph.op("com.microsoft::Gelu", states).setType(states.type())


def normed(norm: LayerNorm, one: Tensor, other: Tensor) -> Tensor:
    """The norm of the sum of two [1, t, WIDTH]."""
    return _SumNorm.apply(one, other, norm.weight, norm.bias, norm.eps)


def through(layer: Layer, states: Tensor) -> Tensor:
    """States [1, t, WIDTH] behind a layer; the same numbers as the layer's own without padding."""
    given = layer.query_key_value
    mixed = _Attention.apply(states, given.weight.T.contiguous(), given.bias)
    states = normed(layer.norm, states, layer.mixed(mixed))
    return normed(layer.last_norm, states, layer.down(_Gelu.apply(layer.up(states))))
