"""The wall in a real kernel: what gets through and what does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from yanmen.core.clock import SECOND, now
from yanmen.edge import messages
from yanmen.edge.netlink import CREATE, Message, text
from yanmen.edge.program import Network
from yanmen.edge.site import Site
from yanmen.edge.wall import Wall
from yanmen.policy.standing import network_of

Prepared = Callable[..., tuple[Site, Any]]
Put = Callable[..., Wall]


def networks(*texts: str, seconds: float = 3_600) -> dict[Network, int]:
    """Networks that are to be banned for so long."""
    found = [network_of(text) for text in texts]
    return {Network(*one): now() + int(seconds * SECOND) for one in found if one is not None}


@pytest.fixture
def put(lab: Any, prepared: Prepared) -> Iterator[Put]:
    """Puts up a wall with what [edge] says; answers it."""
    sockets = []

    def make(*banned: str, seconds: float = 3_600, **edge: Any) -> Wall:
        site, _ = prepared(**edge)
        netlink = lab.netlink()
        sockets.append(netlink)
        wall = Wall(netlink, site)
        wall.lay(networks(*banned, seconds=seconds))
        return wall

    yield make
    for one in sockets:
        one.close()


def test_a_banned_address_is_dropped_and_its_neighbour_is_not(lab: Any, put: Put) -> None:
    """In both families, and only on guarded ports."""
    put("10.9.200.1", "fd09::3")

    assert lab.dropped("10.9.200.1")
    assert lab.reaches("10.9.200.2")
    assert lab.dropped("fd09::3")
    assert lab.reaches("fd09::2")
    assert lab.reaches("10.9.200.1", 9090)
    assert lab.reaches("fd09::3", 9090)


def test_a_banned_network_is_dropped_with_all_in_it(lab: Any, put: Put) -> None:
    """Networks may lie in one another, each with its own end."""
    wall = put("10.9.200.0/24", "10.9.128.0/17", "fd09:0:0:1::/64")

    assert lab.dropped("10.9.200.77")
    assert lab.dropped("10.9.130.1")
    assert lab.dropped("fd09:0:0:1::2")
    assert lab.reaches("fd09::2")
    assert lab.reaches("10.9.0.2")

    wall.change(dict.fromkeys(networks("10.9.128.0/17"), 0))

    assert lab.reaches("10.9.130.1")
    assert lab.dropped("10.9.200.77")


def test_a_ban_cuts_a_connection_that_stands(lab: Any, put: Put) -> None:
    """Not only new ones."""
    wall = put()
    one = lab.open("10.9.200.1")
    assert one is not None
    wall.change(networks("10.9.200.1"))
    one.send(b"?")
    one.settimeout(0.5)
    with pytest.raises(TimeoutError):
        one.recv(1)
    one.close()


def test_a_ban_ends_by_itself_in_the_kernel(lab: Any, put: Put, eventually: Callable[..., bool]) -> None:
    """Nobody has to take it out."""
    wall = put("10.9.200.1", seconds=3)

    assert lab.dropped("10.9.200.1")
    assert eventually(lambda: lab.reaches("10.9.200.1"))
    assert wall.bans() == {}


def test_a_ban_is_made_longer_and_shorter(lab: Any, put: Put) -> None:
    """The end in the kernel is the new one; one without an end has none."""
    wall = put("10.9.200.1", "fd09:0:0:1::/64")
    for seconds, least in ((7_200, 7_190_000), (60, 55_000)):
        wall.change(networks("10.9.200.1", "fd09:0:0:1::/64", seconds=seconds))
        left = [one.milliseconds for one in wall.bans().values()]

        assert len(left) == 2
        assert all(least < one <= seconds * 1_000 for one in left)
    wall.change(networks("10.9.200.1", seconds=10**9))

    assert min(one.milliseconds for one in wall.bans().values()) == 0
    assert lab.dropped("10.9.200.1")


def test_the_allow_list_wins(lab: Any, put: Put) -> None:
    """Over a ban of the address, of a network around it, and over meters."""
    put(
        "10.9.200.1", "10.9.0.0/16", "fd09::/64", allow=["10.9.200.0/24", "fd09::3"], source_rate=1, source_burst=1,
        prefix_rate=1, prefix_burst=1, source_connections=1,
    )  # fmt: skip

    assert all(lab.reaches("10.9.200.1") for _ in range(5))
    held = [lab.open("10.9.200.2") for _ in range(4)]
    assert all(held)
    assert lab.reaches("fd09::3")
    assert lab.dropped("fd09::2")
    assert lab.dropped("10.9.201.1")
    for one in held:
        one.close()


def test_loopback_is_never_dropped(lab: Any, put: Put) -> None:
    """Even where somebody banned it by force."""
    put("127.0.0.1", "127.0.0.0/8", "10.9.0.1", source_rate=1, source_burst=1)
    for address in ("127.0.0.1", "10.9.0.1"):
        for _ in range(3):
            one = lab.server.socket(socket.AF_INET, socket.SOCK_STREAM)
            one.settimeout(2)
            one.connect((address, 8080))
            one.close()


def test_only_the_interfaces_that_are_named_are_guarded(lab: Any, put: Put) -> None:
    """Others go on as they are."""
    put("10.9.200.1", interfaces=["eth7"])
    assert lab.reaches("10.9.200.1")
    put("10.9.200.1", interfaces=["eth7", "wall0"])
    assert lab.dropped("10.9.200.1")


def test_only_the_families_that_are_named_are_guarded(lab: Any, put: Put) -> None:
    """And nothing of the other is in the kernel."""
    wall = put("10.9.200.1", families=["ipv4"])

    assert lab.dropped("10.9.200.1")
    assert lab.reaches("fd09::3")
    assert not [name for name in wall.sets() if name.endswith("6")]


def test_the_meter_of_a_source_trips_and_recovers(
    lab: Any, put: Put, eventually: Callable[..., bool]
) -> None:
    """Of one who opens too many, the rest is dropped; a neighbour is not concerned."""
    wall = put(source_rate=2, source_burst=5, prefix_rate=0)

    assert 5 <= lab.burst(["10.9.200.1"] * 20) < 15
    assert lab.burst(["10.9.200.2"] * 5) == 5
    assert eventually(lambda: lab.reaches("10.9.200.1"))
    assert sum(rule.packets for rule in wall.rules() if rule.name == "over source4") >= 5


@pytest.mark.parametrize(
    ("sources", "neighbour", "rule"),
    [
        ([f"10.9.200.{last}" for last in range(1, 21)], "10.9.201.1", "over prefix4"),
        (["fd09::2", "fd09::3"] * 10, "fd09:0:0:1::2", "over prefix6"),
    ],
)
def test_the_meter_of_a_network_counts_all_in_it(
    lab: Any, put: Put, sources: list[str], neighbour: str, rule: str
) -> None:
    """/24 of IPv4, /64 of IPv6."""
    wall = put(source_rate=0, prefix_rate=2, prefix_burst=5)

    assert 5 <= lab.burst(sources) < 15
    assert lab.burst([neighbour] * 5) == 5
    assert sum(one.packets for one in wall.rules() if one.name == rule) >= 5


def test_new_connections_of_all_together_can_be_limited(lab: Any, put: Put) -> None:
    """A last resort."""
    wall = put(syn_rate=4)

    assert 4 <= lab.burst(f"10.9.200.{last}" for last in range(1, 21)) < 15
    assert sum(rule.packets for rule in wall.rules() if rule.name == "over syn") > 0


@pytest.mark.parametrize(("source", "neighbour"), [("10.9.200.1", "10.9.200.2"), ("fd09::2", "fd09::3")])
def test_connections_of_a_source_are_capped(
    lab: Any, put: Put, source: str, neighbour: str, eventually: Callable[..., bool]
) -> None:
    """Until it closes one."""
    put(source_connections=3)
    held = [lab.open(source) for _ in range(3)]
    over, beside = lab.dropped(source), lab.reaches(neighbour)
    for one in held:
        one.close()

    assert all(held)
    assert over
    assert beside
    lab.server.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_timeout_time_wait=1")
    assert eventually(lambda: lab.reaches(source), 30)


def test_the_kernel_answers_handshakes_where_it_is_asked_to(lab: Any, put: Put) -> None:
    """A connection that completes gets through, in both directions; bans hold all the same."""
    for name in ("netfilter.nf_conntrack_tcp_loose=0", "ipv4.tcp_syncookies=2", "ipv4.tcp_timestamps=1"):
        lab.server.run("sysctl", "-qw", f"net.{name}")
    wall = put("10.9.200.1", syn_proxy=True)

    assert lab.reaches("10.9.200.2", seconds=3)
    assert lab.reaches("fd09::2", seconds=3)
    assert lab.dropped("10.9.200.1")
    assert "to the proxy" in {rule.name for rule in wall.rules()}


def test_without_a_sign_of_life_the_kernel_lets_everything_through(
    lab: Any, put: Put, eventually: Callable[..., bool]
) -> None:
    """By itself; the next sign of life shuts it again."""
    wall = put("10.9.200.1", "10.9.201.0/24", source_connections=1)
    assert lab.dropped("10.9.200.1")
    wall._netlink.commit(list(messages.renew("alive", [(b"\x02", 2_000), (b"\x0a", 2_000)])))
    assert lab.dropped("10.9.200.1")
    assert eventually(lambda: lab.reaches("10.9.200.1"))
    assert lab.reaches("10.9.201.1")
    assert wall.alive() == 0
    wall.beat()
    assert wall.alive() > 290_000
    assert lab.dropped("10.9.200.1")


def test_laying_again_leaves_no_gap(lab: Any, prepared: Prepared, put: Put) -> None:
    """While one who is banned knocks all the time, the program is laid a hundred times, also wholly anew."""
    put("10.9.200.1", "10.9.201.0/24")
    got_in: list[str] = []
    stop = threading.Event()

    def knock(source: str) -> None:
        while not stop.is_set():
            if lab.reaches(source, seconds=0.03):
                got_in.append(source)

    knocking = [threading.Thread(target=knock, args=(one,)) for one in ("10.9.200.1", "10.9.201.5")]
    for one in knocking:
        one.start()
    with lab.netlink() as netlink:
        for turn in range(100):
            site, _ = prepared(metered_sources=70_000 + turn // 10)
            laid = Wall(netlink, site).lay(networks("10.9.200.1", "10.9.201.0/24"))
            assert laid.replaced == (turn % 10 == 0)
    stop.set()
    for one in knocking:
        one.join()

    assert got_in == []


def test_who_takes_over_keeps_what_the_meters_remember(lab: Any, put: Put) -> None:
    """And the counters of bans."""
    put("10.9.200.1", source_rate=1, source_burst=2)
    lab.reaches("10.9.200.1", seconds=0.1)
    second = put("10.9.200.1", source_rate=1, source_burst=2)

    assert [one.packets > 0 for one in second.bans().values()] == [True]


def test_fifty_thousand_bans_are_put_up_and_changed(lab: Any, put: Put) -> None:
    """Addresses and networks."""
    wall = put()
    many = {Network(32, 32, 0x0B000000 + number * 7): now() + 3_600 * SECOND for number in range(48_000)}
    many |= {Network(32, 24, 0x140000 + number * 3): now() + 3_600 * SECOND for number in range(2_000)}
    wall.lay(many)

    assert not wall.difference(many)
    assert wall.change(networks("10.9.200.1")) == (1, 0, 0)
    assert lab.dropped("10.9.200.1")
    assert len(wall.bans()) == 50_001


def test_nothing_of_anybody_else_is_touched(lab: Any, put: Put) -> None:
    """Another table stands as it was, before, during and after."""
    with lab.netlink() as netlink:
        other = text(1, "other")
        netlink.commit([Message(0, CREATE, other)])
        put("10.9.200.1").remove()

        assert [bytes(one) for one in netlink.ask(Message(1, 0, other))]
        assert netlink.ask(messages.TABLES) == []


def test_a_change_by_somebody_else_is_noticed(lab: Any, put: Put) -> None:
    """A table made by another leaves ours intact; a rule or a table taken away does not."""
    wall = put("10.9.200.1")
    assert not wall.touched()
    wall.beat()
    wall.change(networks("10.9.200.2"))
    assert not wall.touched()
    with lab.netlink() as netlink:
        netlink.commit([Message(0, CREATE, text(1, "other"))])
        assert wall.touched()
        assert wall.intact()
        assert not wall.touched()
        netlink.commit([messages.no_rules()])
        assert wall.touched()
        assert not wall.intact()
        wall.lay(networks("10.9.200.1"))
        assert wall.intact()
        netlink.commit(messages.no_table())
        assert not wall.intact()
        assert wall.lay(networks("10.9.200.1")).replaced
    assert lab.dropped("10.9.200.1")
