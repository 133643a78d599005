"""Keras models in HDF5, written by Keras and h5py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


@pytest.mark.parametrize(("name", "kind"), [("benign.h5", "keras-hdf5"), ("benign.weights.h5", "hdf5")])
def test_what_keras_writes_is_proven_safe(name: str, kind: str, examined: Look) -> None:
    """Model and weights."""
    found = examined((SAMPLES / name).read_bytes(), name)

    assert (found.format, found.proof, found.findings) == (kind, "proven_safe", ())


def test_a_lambda_layer_is_found(examined: Look, said: Said) -> None:
    """CVE-2025-9905: in HDF5 Keras runs it whatever the safe mode says."""
    found = examined((SAMPLES / "lambda.h5").read_bytes(), "m.h5")

    assert (said(found), found.proof) == ({"keras.runs-code"}, "unsafe")


def test_data_in_other_files_is_found(examined: Look, said: Said) -> None:
    """CVE-2026-1669: external storage and external links."""
    found = examined((SAMPLES / "external.h5").read_bytes(), "m.h5")

    assert said(found) == {"graph.data-outside"}
    assert {"/etc/passwd", "/etc/other.h5"} == {each.evidence.split()[1] for each in found.findings}


def test_what_is_kept_in_a_heap_is_not_judged_away(examined: Look) -> None:
    """The newest layout keeps many attributes where we do not read."""
    found = examined((SAMPLES / "latest.h5").read_bytes(), "m.h5")

    assert (found.proof, found.unexamined[0].reason) == ("unknown", "unsupported")


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Any byte of the structure, any cut."""
    changed = bytearray(
        (SAMPLES / data.draw(st.sampled_from(["lambda.h5", "latest.h5", "external.h5"]))).read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, min(3000, len(changed) - 1)))] = data.draw(st.integers(0, 255))

    found = look(Artifact.held("m.h5", bytes(changed[: data.draw(st.integers(0, len(changed)))])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
