"""Protocol buffers on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.examine import examine
from yanmen.supply.models.wire import Wire
from yanmen.supply.targets import Artifact


def _wire(data: bytes, bounds: Bounds) -> Wire:
    return Wire(Artifact.held("m", data), bounds)


def test_fields_of_every_kind_are_walked(bounds: Bounds) -> None:
    """Numbers, texts, fixed ones; a text longer than the window is skipped without being read."""
    data = b"\x08\x96\x01" + b"\x12\x03abc" + b"\x19" + b"\0" * 8 + b"\x25" + b"\0" * 4
    data += b"\x3a\x80\x80\x08" + b"x" * (1 << 17) + b"\x40\x05"
    wire = _wire(data, bounds)
    fields = list(wire.fields())

    assert [(each.number, each.kind, each.value) for each in fields] == [
        (1, 0, 150), (2, 2, 0), (3, 1, 0), (4, 5, 0), (7, 2, 0), (8, 0, 5),
    ]  # fmt: skip
    assert wire.text(fields[1]) == "abc"
    with pytest.raises(Unjudged, match="too-large"):
        wire.text(fields[4])


@pytest.mark.parametrize(
    "data", [b"\x00\x00", b"\x12\x05ab", b"\x0b", b"\x08" + b"\xff" * 11, b"\x08", b"\x19\0"]
)
def test_what_is_not_on_the_wire_as_it_should_be_is_malformed(data: bytes, bounds: Bounds) -> None:
    """Field 0, too long, a group, a number without an end."""
    with pytest.raises(Unjudged, match="malformed"):
        list(_wire(data, bounds).fields())


@given(st.binary(max_size=200))
def test_any_bytes_end(data: bytes) -> None:
    """In fields or in an answer why not."""
    try:
        fields = list(_wire(data, Bounds(Ref(kind="model", id="x"), examine)).fields())
    except Unjudged:
        return

    assert all(each.end <= len(data) for each in fields)
