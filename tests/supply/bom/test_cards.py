"""A model's card."""

from __future__ import annotations

from yanmen.supply.bom.cards import data_of, huggingface, model_card, pedigree
from yanmen.supply.targets import Component


def test_a_model_that_says_nothing_has_no_card() -> None:
    """Nor ancestors."""
    bare = Component(purl="pkg:generic/x", ecosystem="", name="x")

    assert (model_card(bare), pedigree(bare)) == ({}, {})
    assert data_of(bare) == [{"type": "dataset", "name": "x"}]


def test_names_of_the_hub() -> None:
    """An owner and a name; anything else is no package URL."""
    assert huggingface("Org/Name") == "pkg:huggingface/Org/Name"
    assert [huggingface(name) for name in ("x", "a/b/c", "/x", "x/", "https://host/x")] == [""] * 5
