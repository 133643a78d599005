"""The rows of the corpus grammar."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from training.prompt.grammar.families import SPLITS, Split, load
from training.prompt.grammar.generate import rows


@pytest.fixture(scope="module")
def made() -> dict[Split, list[dict[str, Any]]]:
    """Every row of every split, once."""
    return {split: list(rows(7, split)) for split in SPLITS}


def test_the_same_seed_gives_the_same_rows() -> None:
    """So a training can be repeated."""
    assert list(itertools.islice(rows(3, "dev"), 300)) == list(itertools.islice(rows(3, "dev"), 300))
    assert list(itertools.islice(rows(3, "dev"), 300)) != list(itertools.islice(rows(4, "dev"), 300))


def test_no_text_comes_twice(made: dict[Split, list[dict[str, Any]]]) -> None:
    """Not in a split, and not in two."""
    texts = [row["text"].strip().casefold() for split in made.values() for row in split]

    assert len(texts) == len(set(texts))


def test_neither_families_nor_payloads_are_shared_by_splits(made: dict[Split, list[dict[str, Any]]]) -> None:
    """What is held out is held out whole."""
    for key in ("family", "document"):
        names = [{row[key] for row in made[split] if key in row} for split in SPLITS]
        assert not any(one & other for one, other in itertools.combinations(names, 2)), key
    seeds = [{seed for row in made[split] for seed in row["seed_group"].split("+")} for split in SPLITS]
    assert not any(one & other for one, other in itertools.combinations(seeds, 2))


def test_an_attack_says_where_it_stands(made: dict[Split, list[dict[str, Any]]]) -> None:
    """And a benign row has no span."""
    for row in itertools.chain.from_iterable(made.values()):
        assert (row["span"] is None) == (row["label"] == "benign") == (row["class"] == "benign")
        if row["span"] is not None:
            start, end = row["span"]
            assert 0 <= start < end <= len(row["text"])
            assert row["text"][start:end].strip()


def test_nothing_is_left_unfilled(made: dict[Split, list[dict[str, Any]]]) -> None:
    """No slot and no mark of a document stays in a text."""
    left = [
        row["family"]
        for row in itertools.chain.from_iterable(made.values())
        if set(row["text"]) & set("«»⟦⟧⟪⟫")
    ]

    assert left == []


def test_every_class_has_families_held_out() -> None:
    """At least one in five, in each class."""
    families = [family for family in load().families if family.kind in {"attack", "planted"}]
    for name in {family.attack_class for family in families}:
        held = [family.split == "held" for family in families if family.attack_class == name]
        assert sum(held) / len(held) >= 1 / 5, name


def test_the_sample_for_tests_is_of_families_never_trained_on() -> None:
    """tests/corpora/prompt/own.jsonl holds rows of families that are held out or for development."""
    sample = Path(__file__).parents[3] / "corpora/prompt/own.jsonl"
    trained = {family.name for family in load().families if family.split == "train"}
    families = {json.loads(line)["family"] for line in sample.read_text("utf-8").splitlines()}

    assert families
    assert not families & trained
