"""Whatever the framing, an event written is the event read."""

from __future__ import annotations

import pytest

from yanmen.llm.wire.framing import Framing
from yanmen.llm.wire.lines import LINES
from yanmen.llm.wire.sse import EVENTS


@pytest.mark.parametrize("framing", [EVENTS, LINES])
def test_what_is_written_is_read(framing: Framing) -> None:
    """One by one, with other data, and with nothing after it."""
    framer = framing.framer(100)
    raw = framing.event(b'{"a":1}')
    framer.feed(raw + framing.with_data(raw, b"{}"))
    framer.finish()

    assert [framing.parse(framer.next()).data for _ in range(2)] == [b'{"a":1}', b"{}"]
    assert framer.next() == b""
    assert framing.parse(raw).plain
    assert framing.rest(raw) == b""
