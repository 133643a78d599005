"""The model registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.store import Store
from yanmen.store.audit import verify

ADA = Ref(kind="account", id="ada")


def model(folder: Path, word: str, encoder: bytes = b"unchanged") -> Path:
    """A folder of files as a training leaves it."""
    folder.mkdir()
    (folder / "card.json").write_text(word)
    (folder / "encoder.onnx").write_bytes(encoder)
    return folder


def test_a_version_is_its_files(store: Store, tmp_path: Path) -> None:
    """Registered twice it is one; what two share lies once on the disk."""
    one = store.models.register(model(tmp_path / "a", "one"), parent="shipped", card={"seed": 7}, actor=ADA)
    same = store.models.register(model(tmp_path / "b", "one"), parent="shipped", card={"seed": 7}, actor=ADA)
    other = store.models.register(model(tmp_path / "c", "two"), parent=one.version, card={}, actor=ADA)

    assert one.version == same.version != other.version
    assert (one.state, one.parent, one.card) == ("candidate", "", {"seed": 7})
    assert [each.version for each in store.models.list()] == [other.version, one.version]
    assert store.models.active() is None
    first, second = store.models.folder(one.version), store.models.folder(other.version)
    assert (first / "card.json").read_text() == "one"
    assert (first / "encoder.onnx").samefile(second / "encoder.onnx")
    assert len(list((store.folder / "models/files").iterdir())) == 3


def test_promotion_and_rollback_go_one_step_each(store: Store, tmp_path: Path) -> None:
    """Back to the one before, and from the first to the shipped weights; never further."""
    one = store.models.register(model(tmp_path / "a", "one"), parent="", card={})
    two = store.models.register(model(tmp_path / "b", "two"), parent="", card={})
    store.models.promote(one.version, actor=ADA)
    at = store.touched("models")
    active = store.models.promote(two.version, actor=ADA, reason="fewer false alarms")

    assert (active.state, active.before) == ("active", one.version)
    assert store.touched("models") > at
    assert store.models.get(one.version) != one
    assert [(each.version, each.state) for each in store.models.list()] == [
        (two.version, "active"),
        (one.version, "retired"),
    ]
    assert store.models.rollback(actor=ADA) == one.version
    assert store.models.rollback(actor=ADA) == "shipped"
    assert store.models.active() is None
    with pytest.raises(YanmenError, match="shipped weights"):
        store.models.rollback(actor=ADA)
    told = [(each.event.kind, str(each.event.actor)) for each in store.events.after(0, kinds=("model.",))]
    assert told[2:] == [
        ("model.promoted", "account:ada"),
        ("model.promoted", "account:ada"),
        ("model.rolled-back", "account:ada"),
        ("model.rolled-back", "account:ada"),
    ]


def test_what_was_altered_is_not_loaded(store: Store, tmp_path: Path) -> None:
    """Neither promoted: every byte is hashed first."""
    one = store.models.register(model(tmp_path / "a", "one"), parent="", card={})
    (store.folder / "models" / one.version / "card.json").write_text("two")

    with pytest.raises(YanmenError, match="not what was registered"):
        store.models.folder(one.version)
    with pytest.raises(YanmenError, match="not what was registered"):
        store.models.promote(one.version, actor=ADA)
    assert store.models.active() is None


def test_a_damaged_copy_is_mended_by_registering_again(store: Store, tmp_path: Path) -> None:
    """The good file takes the place of the bad one."""
    one = store.models.register(model(tmp_path / "a", "one"), parent="", card={})
    (store.folder / "models" / one.version / "card.json").write_text("two")

    store.models.register(tmp_path / "a", parent="", card={})

    assert store.models.folder(one.version).joinpath("card.json").read_text() == "one"


def test_a_folder_that_is_no_model_is_refused(store: Store, tmp_path: Path) -> None:
    """Empty, or with a name that could mean another place."""
    (tmp_path / "empty").mkdir()
    odd = model(tmp_path / "odd", "one")
    (odd / "..card").write_text("x")

    for folder in (tmp_path / "empty", odd):
        with pytest.raises(YanmenError, match="no folder of a model"):
            store.models.register(folder, parent="", card={})
    assert store.models.list() == []


def test_a_version_is_found_by_its_beginning(store: Store, tmp_path: Path) -> None:
    """With or without its prefix; not by what fits none."""
    one = store.models.register(model(tmp_path / "a", "one"), parent="", card={})

    assert (
        store.models.find(one.version[4:9]).version == store.models.find(one.version).version == one.version
    )
    for name in ("", "mdl_", "nothing"):
        with pytest.raises(YanmenError, match="no model version"):
            store.models.find(name)


def test_the_registry_is_rebuilt_from_its_events(data: Path, tmp_path: Path) -> None:
    """The audit finds nothing different."""
    with Store.open(data) as store:
        one = store.models.register(model(tmp_path / "a", "one"), parent="", card={})
        store.models.promote(one.version, actor=ADA)
        store.models.rollback(actor=ADA)

    assert verify(data).word == "ok"
