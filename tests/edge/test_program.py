"""The program for a configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.edge.program import Network, meters, program
from yanmen.edge.site import Site
from yanmen.policy.standing import network_of

Prepared = Callable[..., tuple[Site, Any]]


def test_every_base_chain_begins_with_the_switch_and_ends_with_our_ports(prepared: Prepared) -> None:
    """Nothing is judged before it is known to be ours; nothing is refused by a policy."""
    whole = program(prepared(syn_proxy=True)[0])
    for chain in whole.chains:
        names = [rule.name for rule in whole.rules if rule.chain == chain.name]
        if chain.hook is None:
            assert names[0] == "allowed allow4"
        else:
            assert names[0] == "dead-man switch"
            assert names[-1] == "guarded ports"
    assert "policy drop" not in whole.said


def test_the_allow_list_stands_before_everything_that_drops(prepared: Prepared) -> None:
    """In each chain, for each family."""
    whole = program(prepared(syn_proxy=True, syn_rate=1)[0], [(32, 24), (128, 64)])
    for chain in {rule.chain for rule in whole.rules}:
        said = [rule.said for rule in whole.rules if rule.chain == chain]
        drops = [place for place, one in enumerate(said) if " drop " in one or "synproxy" in one]
        allows = [place for place, one in enumerate(said) if "@allow" in one]
        assert not drops or (len(allows) == 2 and max(allows) < min(drops))


@pytest.mark.parametrize(
    "edge", [{"source_rate": 0}, {"prefix_rate": 0}, {"source_connections": 0}, {"families": ["ipv6"]}]
)
def test_what_is_not_asked_for_is_not_in_the_kernel(prepared: Prepared, edge: dict[str, Any]) -> None:
    """No set, no chain, no rule."""
    said = program(prepared(**edge)[0]).said
    word = {
        "source_rate": "source4",
        "prefix_rate": "prefix",
        "source_connections": "caps",
        "families": "ip saddr",
    }
    assert word[next(iter(edge))] not in said


def test_a_length_of_prefix_has_its_set_and_its_rule(prepared: Prepared) -> None:
    """Those in use only, and only of guarded families; whole addresses have theirs already."""
    whole = program(prepared(families=["ipv4"])[0], [(32, 24), (32, 32), (128, 64)])
    assert [one.name for one in whole.sets if one.name.startswith("net")] == ["net4_24"]
    assert [rule.name for rule in whole.rules if rule.name.startswith("banned")] == [
        "banned ban4",
        "banned net4_24",
    ]


def test_who_may_take_over_is_told_by_the_fingerprint(prepared: Prepared) -> None:
    """Bans of new lengths leave it as it is; another size of a set, or what is fixed in one, does not."""
    site = prepared()[0]
    assert program(site).fingerprint(1) == program(site, [(32, 9)]).fingerprint(1)
    assert program(site).fingerprint(1) != program(site).fingerprint(2)
    assert program(site).fingerprint(1) != program(prepared(metered_sources=9)[0]).fingerprint(1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_a_network_is_written_as_it_is_read(v4: int, short: int, v6: int, long: int) -> None:
    """Its key in the set is its first address."""
    for width, number, prefix in ((32, v4, short), (128, v6, long)):
        one = Network(width, prefix, number >> (width - prefix))
        found = network_of(str(one))
        if width == 128 and number >> 32 == 0xFFFF:
            continue  # IPv4 written as IPv6 is IPv4
        assert found == one
        assert int.from_bytes(one.key, "big") == one.number << (width - prefix)


def test_meters_are_of_addresses_and_of_networks(prepared: Prepared) -> None:
    """/24 and /64."""
    assert [(name, prefix) for name, _, prefix, _, _ in meters(prepared()[0])] == [
        ("source4", None), ("prefix4", 24), ("source6", None), ("prefix6", 64),
    ]  # fmt: skip
