"""Files of models, on all nodes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store import Store
from yanmen.store.address import note
from yanmen.store.shared import files
from yanmen.store.shared.files import SharedFiles
from yanmen.store.shared.loop import Loop


def test_a_file_comes_back_byte_for_byte(loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces, and kept twice it is there once."""
    monkeypatch.setattr(files, "PIECE", 1_000)
    given, shared = tmp_path / "given", SharedFiles(loop)
    given.write_bytes(os.urandom(4_321))
    shared.keep("d", given)
    shared.keep("d", given)

    assert shared.fetch("d", tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == given.read_bytes()
    assert not shared.fetch("other", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_model_registered_on_one_node_is_loaded_on_another(data: Path, url: str, tmp_path: Path) -> None:
    """Verified by its hash there too."""
    source, second = tmp_path / "model", tmp_path / "second"
    source.mkdir()
    (source / "card.json").write_text("{}")
    with Store.open(data) as one:
        version = one.models.register(source, parent="shipped", card={}).version
        note(second, url)
        shutil.copytree(data / "secrets", second / "secrets")
        with Store.open(second) as two:
            home = two.models.folder(version)
            assert (home / "card.json").read_text() == "{}"
            (home / "card.json").write_text("[]")
            with pytest.raises(YanmenError, match="not what was registered"):
                two.models.folder(version)
