"""The small HDF5 reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.hdf5 import File
from yanmen.supply.targets import Artifact

SAMPLES = Path(__file__).parents[2] / "corpora/models"


def test_objects_and_attributes_are_read(bounds: Bounds) -> None:
    """Names, texts; numbers are nothing to it."""
    items = {item.path: item for item in File(Artifact.of(SAMPLES / "benign.h5"), bounds).items()}

    assert items["/"].attributes["keras_version"] == b"3.15.1"
    assert (items["/"].attributes["model_config"] or b"").startswith(b'{"class_name": "Functional"')
    assert "/model_weights" in items


def test_the_newest_layout_is_read_as_far_as_it_is_plain(bounds: Bounds) -> None:
    """Compact links; what is dense is told."""
    file = File(Artifact.of(SAMPLES / "latest.h5"), bounds)

    assert {item.path for item in file.items()} == {"/", "/a", "/a/b", "/a/b/x"}
    assert file.unread == ["attributes in a heap"]


@pytest.mark.parametrize(
    "data", [b"", b"\x89HDF\r\n\x1a\n" + b"\x07" * 100, b"\x89HDF\r\n\x1a\n" + b"\0" * 200]
)
def test_what_is_none_is_an_answer(data: bytes, bounds: Bounds) -> None:
    """Never a crash."""
    with pytest.raises(Unjudged):
        list(File(Artifact.held("m", data), bounds).items())
