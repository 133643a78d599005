"""Pieces of rules. That nft reads them as we mean them is tested in test_messages, that they work in test_wall."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from yanmen.edge import expressions as ex


@given(st.integers(0, 32), st.integers(0, 128))
def test_masks_are_those_of_networks(short: int, long: int) -> None:
    """As the standard library has them."""
    assert ex.mask_of(32, short) == int(ipaddress.IPv4Network((0, short)).netmask)
    assert ex.mask_of(128, long) == int(ipaddress.IPv6Network((0, long)).netmask)


def test_a_piece_is_said_as_nft_writes_it() -> None:
    """With the family, the mask and the set."""
    assert ex.source_in("net4_24", ex.V4, 24).said == "ip saddr & 255.255.255.0 @net4_24"
    assert ex.source_in("ban6", ex.V6).said == "ip6 saddr @ban6"
    assert ex.over_count("caps4", ex.V4, 9).said == "add @caps4 { ip saddr ct count over 9 }"


def test_addresses_are_shown_as_people_write_them() -> None:
    """In both families."""
    assert ex.shown(32, b"\x0a\x00\x00\x01") == "10.0.0.1"
    assert ex.shown(128, bytes(15) + b"\x01") == "::1"
