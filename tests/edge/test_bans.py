"""The standing decisions as the wall sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from yanmen.edge.bans import Bans
from yanmen.edge.program import Network
from yanmen.edge.site import Site

Prepared = Callable[..., tuple[Site, Any]]
ONE = Network(32, 32, 0x0A000001)


class Row(NamedTuple):
    """A ban as the store has it."""

    seq: int
    id: str
    subject: str
    until: int


def test_one_network_has_the_last_end_of_its_bans(prepared: Prepared) -> None:
    """However it is written; lifted and ended ones do not count."""
    bans = Bans(prepared()[0])
    rows = [
        Row(1, "a", "ip:10.0.0.1", 50),
        Row(2, "b", "ip:10.0.0.1/32", 90),
        Row(3, "c", "ip:::ffff:10.0.0.1", 70),
    ]
    assert bans.add(rows) == {ONE}
    assert bans.until(ONE, 10) == 90
    assert bans.lift(["b", "unknown"]) == {ONE}
    assert bans.until(ONE, 10) == 70
    assert bans.until(ONE, 70) == 0
    assert bans.wanted(60)[0] == {ONE: 70}
    bans.prune(70)
    assert len(bans) == 0
    assert bans.until(Network(32, 32, 7), 1) == 0


def test_what_is_left_out_is_counted(prepared: Prepared) -> None:
    """On the allow list, of another family, unreadable, too many."""
    bans = Bans(prepared(allow=["192.0.2.0/24"], families=["ipv4"], bans=2)[0])
    texts = ["192.0.2.7", "192.0.2.0/25", "192.0.0.0/16", "2001:db8::1", "x", "10.0.0.1", "10.0.0.0/24"]
    bans.add(Row(seq, f"d{seq}", f"ip:{text}", 99) for seq, text in enumerate(texts, 1))
    wanted, counts = bans.wanted(1)
    assert {str(one) for one in wanted} == {"10.0.0.1", "10.0.0.0/24"}
    assert counts == (2, 1, 2, 1, 1, 1)
    assert bans.until(Network(32, 32, 0xC0000207), 1) == 0
    bans.lift(["d5"])
    assert bans.wanted(1)[1].unreadable == 0
