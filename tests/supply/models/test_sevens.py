"""7z archives, written by py7zr."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import FAULTS, Bounds, Unjudged
from yanmen.supply.models.examine import examine
from yanmen.supply.models.sevens import listing, unpacked
from yanmen.supply.targets import Artifact

SAMPLES = Path(__file__).parents[2] / "corpora/models"


def _bounds() -> Bounds:
    return Bounds(Ref(kind="model", id="x"), examine)


def test_members_and_their_bytes_are_read() -> None:
    """Names, places, and what they hold."""
    artifact = Artifact.of(SAMPLES / "benign.7z")
    found = listing(artifact, _bounds())
    data = [b"".join(unpacked(artifact, folder, _bounds(), 1 << 20)) for folder in found.folders]
    texts = {
        each.name: data[each.folder][each.offset :][: each.size]
        for each in found.members
        if each.folder is not None
    }

    assert texts == {"t.jinja": b"hello {{ name }}", "d/config.json": b"{}"}


def test_an_encrypted_one_is_encrypted() -> None:
    """And not malformed."""
    with pytest.raises(Unjudged, match="encrypted"):
        listing(Artifact.of(SAMPLES / "encrypted.7z"), _bounds())


def test_a_folder_larger_than_allowed_is_not_unpacked() -> None:
    """Its size is known before."""
    artifact = Artifact.of(SAMPLES / "benign.7z")
    folder = listing(artifact, _bounds()).folders[0]
    with pytest.raises(Unjudged, match="too-large"):
        list(unpacked(artifact, folder, _bounds(), 3))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_change_of_an_archive_makes_it_hang(data: st.DataObject) -> None:
    """Sums stop most changes of headers; those of packed bytes end in an answer."""
    changed = bytearray((SAMPLES / "benign.7z").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    artifact = Artifact.held("a", bytes(changed))
    try:
        for folder in listing(artifact, _bounds()).folders:
            assert sum(map(len, unpacked(artifact, folder, _bounds(), 1 << 20))) == folder.size
    except (Unjudged, *FAULTS):
        return
