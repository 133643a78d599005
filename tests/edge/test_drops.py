"""What was dropped, told by counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.core.clock import SECOND, now
from yanmen.edge.drops import Counters
from yanmen.edge.program import Network
from yanmen.edge.site import Site
from yanmen.edge.wall import Wall

Prepared = Callable[..., tuple[Site, Any]]


def test_each_reading_tells_what_came_since_the_last(lab: Any, prepared: Prepared) -> None:
    """By ban, by source, by network and by limit; a ban that is made anew begins at nothing."""
    site, _ = prepared(source_rate=1, source_burst=2, prefix_rate=1, prefix_burst=3)
    end = now() + 3_600 * SECOND
    address, network = Network(32, 32, 0x0A09C801), Network(32, 24, 0x0A09C9)
    with lab.netlink() as netlink:
        wall, counters = Wall(netlink, site), Counters(Wall(netlink, site), site)
        wall.lay({address: end, network: end})
        assert counters.read().data == {"banned": 0, "metered": 0, "bans": [], "sources": [], "rules": {}}
        assert lab.dropped("10.9.200.1")
        assert lab.dropped("10.9.201.7")
        lab.burst(["10.9.202.1"] * 6)
        lab.burst(["10.9.202.2"] * 6)
        first = counters.read()
        assert {name for name, _ in first.bans} == {"10.9.200.1", "10.9.201.0/24"}
        assert first.banned == sum(count for _, count in first.bans) >= 2
        assert {meter for meter, _, _ in first.sources} == {"source", "prefix"}
        assert ("prefix", "10.9.202.0/24") in [one[:2] for one in first.sources]
        assert first.metered == sum(first.rules.values()) > 0
        assert {"source4", "prefix4"} <= set(first.rules)
        wall.change({address: end + SECOND})
        counters.forget([address])
        assert lab.dropped("10.9.200.1")
        again = dict(counters.read().bans)
        assert again["10.9.200.1"] >= 1
