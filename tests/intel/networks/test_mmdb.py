"""The reader of the MaxMind DB format."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.intel.networks import mmdb
from yanmen.intel.networks.mmdb import Database, MalformedError
from yanmen.intel.networks.origin import NOWHERE, Origin
from yanmen.intel.networks.ranges import V4, V6, Table
from yanmen.policy.standing import parse_address

Write = Callable[..., bytes]
DE = {"country": {"iso_code": "DE", "names": {"de": "Deutschland", "long": "x" * 100}}}
CN = {"country": {"iso_code": "CN"}}
SOME = {"192.0.2.0/24": DE, "198.51.100.128/25": CN, "2001:db8::/32": CN, "2001:db9::7/128": DE}


def origin(found: Database, address: str) -> Origin:
    """Where an address is from."""
    parsed = parse_address(address)
    assert parsed is not None
    table = Table([found.v4 if parsed[0] == V4 else found.v6], V4 if parsed[0] == V4 else V6)
    (value,) = table.rows[table.find(parsed[1])]
    return found.origins[value] if value >= 0 else NOWHERE


@pytest.mark.parametrize("size", [24, 28, 32])
def test_each_size_of_records_is_read(write: Write, size: int) -> None:
    """Both families, first and last addresses, and what lies between networks."""
    found = mmdb.read(write(SOME, size=size))

    for address, code in {
        "192.0.2.0": "DE",
        "192.0.2.255": "DE",
        "192.0.3.0": "",
        "198.51.100.127": "",
        "198.51.100.128": "CN",
        "::ffff:192.0.2.7": "DE",
        "2001:db8:ffff::1": "CN",
        "2001:db9::7": "DE",
        "2001:db9::8": "",
        "::1": "",
    }.items():
        assert origin(found, address).country == code, address
    assert (found.kind, found.built) == ("Test", 1_700_000_000)


def test_a_tree_of_ipv4_alone_knows_nothing_of_ipv6(write: Write) -> None:
    """IP version 4."""
    found = mmdb.read(write({"192.0.2.0/24": DE}, version=4))

    assert origin(found, "192.0.2.1").country == "DE"
    assert origin(found, "2001:db8::1") == NOWHERE


@pytest.mark.parametrize(
    "wrong",
    [
        {"node_count": 1_000_000},
        {"node_count": 0},
        {"node_count": "many"},
        {"record_size": 20},
        {"ip_version": 5},
        {"binary_format_major_version": 3},
    ],
)
def test_wrong_metadata_are_refused(write: Write, wrong: dict[str, Any]) -> None:
    """Before anything is built upon them."""
    with pytest.raises(MalformedError):
        mmdb.read(write(SOME, **wrong))


def test_a_tree_with_a_loop_is_refused(write: Write) -> None:
    """A node that leads back to the root would be walked for ever."""
    data = bytearray(write(SOME, size=32))
    data[0:8] = b"\0" * 8

    with pytest.raises(MalformedError, match="loop"):
        mmdb.read(bytes(data))


def test_a_value_that_points_at_itself_is_refused(write: Write) -> None:
    """The depth is bounded."""
    data = bytearray(write({"192.0.2.0/24": CN}, version=4))
    place = data.find(b"\xe1\x47country")
    data[place : place + 2] = b"\x20\x00"

    with pytest.raises(MalformedError, match="too deep"):
        mmdb.read(bytes(data))


def test_what_is_cut_off_is_refused(write: Write) -> None:
    """At every length: refused, and never another error."""
    whole = write({"192.0.2.0/24": CN}, version=4)
    for length in range(len(whole) - 1):
        with pytest.raises(MalformedError):
            mmdb.read(whole[:length])


@pytest.mark.parametrize("seed", range(300))
def test_flipped_bytes_are_refused_or_read_but_never_break(write: Write, seed: int) -> None:
    """Whoever can write the file cannot do more than lie."""
    chance = random.Random(seed)
    data = bytearray(write(SOME))
    for _ in range(chance.randrange(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)

    try:
        found = mmdb.read(bytes(data))
    except MalformedError:
        return
    origin(found, "192.0.2.1")
