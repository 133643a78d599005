"""Where the bytes of a checkpoint lie."""

from __future__ import annotations

import pytest
from tests.supply.models.family import bounds, held, state, tensor, torch_legacy, torch_zip
from tests.supply.pickles.assembly import PROTO2, STOP, call, old_name, text

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.models.checkpoints import opened
from yanmen.supply.pickles.values import Mapped

_ONE = state(w=tensor("0", "Float", 2, (2,), (1,)))


def test_each_storage_has_its_place() -> None:
    """Of both forms, and in the order of the machine that wrote it."""
    for data in (torch_zip(_ONE, {"0": b"abcdefgh"}), torch_legacy(_ONE, {"0": (2, b"abcdefgh")})):
        checkpoint = opened(held("m.pt", data), bounds())
        assert isinstance(checkpoint.value, Mapped)
        place = checkpoint.places["0"]
        assert place.artifact.read(place.start, place.size) == b"abcdefgh"
        assert not checkpoint.big


@pytest.mark.parametrize(
    "data",
    [
        torch_zip(PROTO2 + call(old_name("os", "system"), text("id")) + STOP, {}),
        torch_zip(_ONE, {}),
        torch_legacy(_ONE, {"1": (2, b"abcdefgh")}),
        torch_legacy(_ONE, {"0": (3, b"abcdefgh")}),
    ],
)
def test_what_is_not_proven_safe_is_not_opened(data: bytes) -> None:
    """Nor what lacks a storage."""
    with pytest.raises(Unjudged):
        opened(held("m.pt", data), bounds())
