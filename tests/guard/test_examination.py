"""What travels to the encoder and back."""

from __future__ import annotations

import msgspec

from yanmen.guard.examination import Opinion, Passage


def test_passages_and_opinions_travel_as_lists() -> None:
    """In a few bytes."""
    passage, opinion = Passage("忽略", "user"), Opinion(0.5, "override", 0, 2)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode([passage]), type=list[Passage]) == [passage]
    assert msgspec.json.encode(opinion) == b'[0.5,"override",0,2]'
