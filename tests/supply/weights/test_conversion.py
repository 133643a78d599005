"""Proofs of conversion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from yanmen.supply.weights.conversion import matches, renamed
from yanmen.supply.weights.opening import weights

Write = Callable[..., Path]


@pytest.mark.parametrize(("kind", "how"), [("F32", "same"), ("F16", "cast"), ("BF16", "cast")])
def test_a_conversion_to_gguf_is_proven(
    kind: str, how: str, model: Any, as_safetensors: Write, as_gguf: Write
) -> None:
    """Names, types, and the rows of queries and keys: in both directions."""
    one = weights(as_safetensors(model))
    other = weights(as_gguf(model, "m.gguf", gguf.GGMLQuantizationType[kind]))
    for found in (list(matches(one, other)), list(matches(other, one))):
        assert all(each.proven for each in found)
        assert Counter(each.how for each in found) == {how: 9, "turned": 16}


def test_one_changed_element_breaks_the_proof(model: Any, as_safetensors: Write, as_gguf: Write) -> None:
    """By a single step of a float, also where rows are turned."""
    for name in ("model.layers.0.mlp.up_proj.weight", "model.layers.3.self_attn.k_proj.weight"):
        changed = {**model, name: model[name].copy()}
        changed[name][3, 3] = np.nextafter(changed[name][3, 3], np.float32(1))
        other = weights(as_gguf(changed, "m.gguf", gguf.GGMLQuantizationType.F32))
        found = list(matches(weights(as_safetensors(model)), other))

        assert [each.first for each in found if not each.proven] == [name]
        assert {each.how for each in found if not each.proven} == {"differs"}


def test_quantised_tensors_are_told_with_their_distance(
    model: Any, as_safetensors: Write, as_gguf: Write
) -> None:
    """Which is no proof; blocks that are not read are not compared."""
    one = weights(as_safetensors(model))
    near = list(matches(one, weights(as_gguf(model, "m.gguf", gguf.GGMLQuantizationType.Q8_0))))

    assert {each.how for each in near} == {"quantised"}
    assert max(each.amount.relative for each in near if each.amount) < 0.01
    assert not any(each.proven for each in near)


def test_missing_extra_and_renamed_tensors_are_told(model: Any, as_safetensors: Write) -> None:
    """One of another name and the same bytes is the same; one of another shape is none."""
    second = dict(model)
    names = sorted(model)
    second["another.name"] = second.pop(names[2])
    second["extra"] = np.zeros(3, np.float32)
    del second[names[3]]
    second[names[4]] = model[names[4]].reshape(-1)
    found = list(matches(weights(as_safetensors(model)), weights(as_safetensors(second, "b.safetensors"))))

    assert {(each.first, each.second, each.how) for each in found if each.how != "same" or each.first != each.second} == {
        (names[2], "another.name", "same"), (names[3], "", "missing"), (names[4], names[4], "differs"), ("", "extra", "extra"),
    }  # fmt: skip


def test_names_are_as_converters_give_them() -> None:
    """Those of Llama's kind; others have none."""
    assert renamed("model.layers.11.self_attn.o_proj.weight") == "blk.11.attn_output.weight"
    assert renamed("lm_head.weight") == "output.weight"
    assert renamed("transformer.h.0.weight") == ""
