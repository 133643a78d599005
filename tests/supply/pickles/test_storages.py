"""The storages that a torch pickle refers to."""

from __future__ import annotations

from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.storages import Storages
from yanmen.supply.pickles.values import Global, Made


def _class(name: str) -> Global:
    return Global("torch", name, knowledge().entry("torch", name), "")


def test_an_identifier_of_torch_s_gives_a_storage() -> None:
    """With its key, its type and its length."""
    storages = Storages()
    found = storages.load(("storage", _class("HalfStorage"), "3", "cuda:0", 10))
    assert isinstance(found, Made)
    assert found.kind == "storage"
    assert (storages.found["3"].dtype, storages.found["3"].size) == ("Half", 20)


def test_any_other_identifier_gives_nothing() -> None:
    """Neither a class of another library, nor a length that cannot be."""
    storages = Storages()
    for pid in (
        None,
        (),
        ("storage",),
        "abc",
        ("storage", _class("nn"), "0", "cpu", 1),
        ("storage", _class("FloatStorage"), "0", "cpu", -1),
    ):
        assert storages.load(pid) is None
    assert storages.found == {}
