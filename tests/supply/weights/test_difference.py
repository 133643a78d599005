"""What changed between two versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from yanmen.supply.weights.difference import Amount, changes
from yanmen.supply.weights.opening import weights


def test_every_kind_of_change_is_told_with_its_size(model: Any, as_safetensors: Callable[..., Path]) -> None:
    """As numpy reckons it on the whole."""
    names = sorted(model)
    second = dict(model)
    removed, reshaped, changed, retyped = names[1:5]
    del second[removed]
    second["new"] = np.zeros(3, np.float32)
    second[reshaped] = model[reshaped].reshape(-1)
    second[changed] = model[changed].copy()
    second[changed][:8] += 1
    second[retyped] = model[retyped].astype(np.float16)
    found = {
        each.name: each
        for each in changes(weights(as_safetensors(model)), weights(as_safetensors(second, "b.safetensors")))
    }
    amount = found[changed].amount
    relative = np.linalg.norm(second[changed] - model[changed]) / np.linalg.norm(model[changed])

    assert {name: each.kind for name, each in found.items() if each.kind != "same"} == {
        removed: "removed", "new": "added", reshaped: "shape", changed: "changed", retyped: "type",
    }  # fmt: skip
    assert amount is not None
    assert np.allclose(amount, Amount(1.0, float(relative), 8 / model[changed].shape[0]), rtol=1e-5)


def test_what_is_no_number_is_neither_lost_nor_a_difference_from_itself(
    as_safetensors: Callable[..., Path],
) -> None:
    """One that came is; one that stays is not."""
    first = {"a": np.array([1, np.nan, np.inf], np.float32)}
    second = {"a": np.array([np.nan, np.nan, np.inf], np.float32)}
    (found,) = changes(weights(as_safetensors(first)), weights(as_safetensors(second, "b.safetensors")))

    assert found.amount is not None
    assert np.isnan(found.amount.largest)
    assert found.amount.share == 1 / 3
