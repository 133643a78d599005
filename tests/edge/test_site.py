"""What the wall stands before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yanmen.core.errors import YanmenError
from yanmen.edge.site import Site
from yanmen.policy.standing import network_of

Prepared = Callable[..., tuple[Site, Any]]


def test_the_gateways_and_the_consoles_ports_are_guarded_where_none_is_named(prepared: Prepared) -> None:
    """Others are not."""
    assert prepared(ports=[])[0].ports == (8080, 8081)
    assert prepared(ports=[443, 443, 80])[0].ports == (80, 443)


@pytest.mark.parametrize(
    ("gateway", "edge", "said"),
    [
        ({"port": 0}, {"ports": []}, "must know the ports"),
        ({}, {"ports": [22]}, "22"),
        ({}, {"allow": ["nonsense"]}, "nonsense"),
        ({}, {"allow": ["0.0.0.0/0"]}, "0.0.0.0/0"),
        ({"trusted_proxies": ["10.0.0.0/33"]}, {}, "10.0.0.0/33"),
    ],
)
def test_what_is_wrong_is_said(
    prepared: Prepared, gateway: dict[str, Any], edge: dict[str, Any], said: str
) -> None:
    """Before anything is put into the kernel; the port of remote logins is never guarded."""
    with pytest.raises(YanmenError, match=said):
        prepared(gateway, **edge)


def test_loopback_and_proxies_are_always_let_through(prepared: Prepared) -> None:
    """With the administrators' own networks; of what lies in another, only the other is kept."""
    site, _ = prepared(
        {"trusted_proxies": ["192.0.2.8"]}, allow=["198.51.100.0/24", "198.51.100.7", "2001:db8::/32"]
    )
    assert site.proxied
    assert len(site.allow) == 5
    for text in (
        "127.0.0.1",
        "::1",
        "192.0.2.8",
        "198.51.100.7",
        "198.51.100.128/25",
        "2001:db8:1::/48",
        "::ffff:192.0.2.8",
    ):
        assert site.allows(network_of(text) or (0, 0, 0)), text
    for text in ("192.0.2.9", "198.51.0.0/16", "2001:db9::1", "0.0.0.0/0"):
        assert not site.allows(network_of(text) or (0, 0, 0)), text


def test_families_are_guarded_once_and_in_order(prepared: Prepared) -> None:
    """However they are named."""
    assert prepared(families=["ipv6", "ipv4"])[0].widths == (32, 128)
    assert prepared(families=["ipv6"])[0].widths == (128,)
