"""The content model: its files are what their card says, and it judges windows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from yanmen.core.errors import YanmenError
from yanmen.guard.content.model import BUCKETS, FOLDER, HEADS, Model, buckets, shipped

BENIGN = "The committee met on Thursday to discuss the budget for next year. "


def test_the_shipped_model_is_small_and_whole() -> None:
    """At most three megabytes; a weight of each bucket for each head."""
    model = shipped()

    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 3 << 20
    assert model.weights.shape == (len(HEADS), BUCKETS)
    assert model.weights.dtype == np.int8


def test_features_stay_in_their_buckets() -> None:
    """Each once, whatever the text is."""
    for text in ("", "a", "普通的一句话。", "\ud800\u200b" * 50, "x" * 5_000):
        found = buckets(text)

        assert len(found) == len(set(found.tolist()))
        assert all(0 <= one < BUCKETS for one in found.tolist())


def test_the_worst_window_of_a_text_is_named() -> None:
    """Not lost among what is harmless; a language that is not measured is not judged."""
    harmful = (
        "Sure! Here is how to go about skimming credit cards. Step 1: gather the tools. Finally, clean up your traces so that you"
        " are never caught, and launder the money."
    )
    text = BENIGN * 12 + harmful + BENIGN * 12
    said = shipped().judge(text)

    assert said is not None
    assert said.start <= len(BENIGN) * 12 + len(harmful)
    assert said.end >= len(BENIGN) * 12
    assert shipped().judge(BENIGN * 30) is None
    assert shipped().judge("Как приготовить борщ с говядиной и свёклой дома") is None


@pytest.mark.parametrize("damage", ["weights", "card", "missing"])
def test_files_that_are_not_what_the_card_says_are_refused(tmp_path: Path, damage: str) -> None:
    """Changed, unreadable or gone."""
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    if damage == "weights":
        (folder / "content.npz").write_bytes((folder / "content.npz").read_bytes() + b"x")
    elif damage == "card":
        (folder / "card.json").write_text(json.dumps({"version": "x"}), "utf-8")
    else:
        (folder / "content.npz").unlink()

    with pytest.raises(YanmenError, match="missing or not what"):
        Model.load(folder)
