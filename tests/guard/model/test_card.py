"""The card: what it demands of the files beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.guard.model.card import FOLDER, Calibration, Card

MEGABYTES = 40
"""Weights may have so many."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the shipped card and one small file of it."""
    given = json.loads((FOLDER / "card.json").read_text("utf-8"))
    (tmp_path / "card.json").write_text(json.dumps(given), "utf-8")
    shutil.copy(FOLDER / "tokens.model", tmp_path)
    return tmp_path


def test_every_shipped_file_is_what_the_card_says() -> None:
    """And the folder holds nothing else."""
    card = Card.read(FOLDER)

    assert {path.name for path in FOLDER.iterdir()} == {"card.json", *card.files}
    assert all(card.file(name).is_file() for name in card.files)


def test_the_weights_are_small() -> None:
    """40 MB in all."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MEGABYTES * 1_000_000


def test_both_channels_have_numbers_for_every_language() -> None:
    """One threshold a channel; the lexical limits a language."""
    card = Card.read(FOLDER)

    assert set(card.channels) == {"user", "data"}
    for numbers in card.channels.values():
        assert 0 < numbers.threshold < 1
        assert set(numbers.clear_below) == set(numbers.early_below) == {"zh", "en", "other"}


def test_a_changed_file_is_not_used(folder: Path) -> None:
    """One bit is enough."""
    path = folder / "tokens.model"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")

    with pytest.raises(YanmenError) as caught:
        Card.read(folder).file("tokens.model")
    assert "SHA-256" in caught.value.message.en
    assert caught.value.where == str(path)


def test_a_missing_file_is_said(folder: Path) -> None:
    """By its name."""
    with pytest.raises(YanmenError) as caught:
        Card.read(folder).file("encoder.onnx")
    assert "encoder.onnx" in caught.value.message.zh


def test_a_card_cannot_name_files_outside_its_folder(folder: Path) -> None:
    """Only the four files of a model are ever read."""
    outside = folder.parent / "other.bin"
    outside.write_bytes(b"x")

    with pytest.raises(YanmenError):
        Card.read(folder).file("../other.bin")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}', "\x00"])
def test_a_card_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """With the place of it."""
    (tmp_path / "card.json").write_text(text, "utf-8")

    with pytest.raises(YanmenError) as caught:
        Card.read(tmp_path)
    assert caught.value.where.endswith("card.json")


def test_more_windows_need_a_higher_logit() -> None:
    """Each doubling costs the same."""
    numbers = Calibration(slope=1.0, intercept=0.0, per_window=0.5, threshold=0.5, clear_below={})

    assert numbers.probability(1.0) == pytest.approx(0.731, abs=1e-3)
    assert numbers.probability(2.0, 4) == numbers.probability(1.0, 1)
    assert numbers.probability(1.0, 0) == numbers.probability(1.0, 1)
    assert numbers.probability(1e9) < 1
    assert numbers.probability(-1e9) > 0
