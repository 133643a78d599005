"""Boosted trees, written by their own libraries."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]


def test_lightgbm_is_read_line_by_line(examined: Look) -> None:
    """A line that is none of a model's is told with its number."""
    data = (SAMPLES / "benign-lightgbm.txt").read_bytes()
    found = examined(data, "m.txt")
    broken = examined(data.replace(b"num_leaves=", b"<script>", 1), "m.txt")

    assert (found.format, found.proof, found.facts["trees"]) == ("lightgbm", "proven_safe", "2")
    assert (broken.proof, broken.unexamined[0].reason) == ("unknown", "malformed")
    assert "#L" in broken.unexamined[0].where.part


def test_xgboost_is_walked_to_its_end(examined: Look) -> None:
    """What follows is told."""
    data = (SAMPLES / "benign.ubj").read_bytes()

    assert (examined(data, "m.ubj").format, examined(data, "m.ubj").proof) == (
        "xgboost-ubjson",
        "proven_safe",
    )
    assert examined(data + b"x", "m.ubj").proof == "unknown"
    assert examined(data[:-9], "m.ubj").unexamined[0].reason == "malformed"


@pytest.mark.parametrize(
    "value",
    [b"[$l#L" + struct.pack(">q", 1 << 60), b"[" * 100, b"[$Z#L" + struct.pack(">q", 1 << 60), b"SL" + struct.pack(">q", -5), b"?"],
)  # fmt: skip
def test_counts_that_lie_end_at_once(value: bytes, examined: Look) -> None:
    """Neither memory nor time."""
    data = b"{L" + struct.pack(">q", 7) + b"learner" + value
    found = examined(data, "m.ubj")

    assert found.proof == "unknown"


def test_catboost_is_not_judged(examined: Look) -> None:
    """The frame alone is read."""
    assert examined(b"CBM1" + struct.pack("<I", 4) + b"1234", "m.cbm").unexamined[0].reason == "unsupported"
    assert examined(b"CBM1" + struct.pack("<I", 9) + b"1234", "m.cbm").unexamined[0].reason == "malformed"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_a_file_makes_it_fall(data: st.DataObject) -> None:
    """Any byte, any cut."""
    changed = bytearray((SAMPLES / "benign.ubj").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    found = look(Artifact.held("m.ubj", bytes(changed[: data.draw(st.integers(0, len(changed)))])))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
