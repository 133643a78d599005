"""Models of any format, by their path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yanmen.core.errors import YanmenError
from yanmen.supply.weights.digests import digests
from yanmen.supply.weights.opening import weights


def test_shards_of_a_folder_are_one_model(
    model: Any, as_safetensors: Callable[..., Path], tmp_path: Path
) -> None:
    """A tensor that stands in two of them is an error."""
    names = sorted(model)
    as_safetensors({name: model[name] for name in names[:9]}, "model-1.safetensors")
    as_safetensors({name: model[name] for name in names[9:]}, "model-2.safetensors")

    assert weights(tmp_path).tensors.keys() == model.keys()
    as_safetensors({names[0]: model[names[0]]}, "model-3.safetensors")
    with pytest.raises(YanmenError, match="twice"):
        weights(tmp_path)


def test_what_holds_no_tensors_is_an_error_that_can_be_mended(tmp_path: Path) -> None:
    """A text, a broken header, an empty folder."""
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.safetensors").write_bytes(b"\xff" * 20)
    (tmp_path / "empty").mkdir()

    for name in ("a.txt", "b.safetensors", "empty"):
        with pytest.raises(YanmenError):
            weights(tmp_path / name)


def test_a_checkpoint_and_an_archive_have_the_tensors_of_the_same_model(
    model: Any, as_safetensors: Callable[..., Path], tmp_path: Path
) -> None:
    """NumPy's archive here; torch's in the tests of its reader."""
    np.savez(tmp_path / "m.npz", **model)
    one, other = weights(as_safetensors(model)), weights(tmp_path / "m.npz")

    assert other.format == "npz"
    assert list(digests(one)) == list(digests(other))
