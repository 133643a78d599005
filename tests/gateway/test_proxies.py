"""Who a client is behind proxies of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.gateway.proxies import Proxies

OURS = Proxies(["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"])
PEER = "10.1.2.3"


def client(peer: str = PEER, *, plain: str | None = None, forwarded: str | None = None) -> str:
    """Who it is taken to be."""
    headers = [
        (name, value.encode("latin-1"))
        for name, value in ((b"x-forwarded-for", plain), (b"forwarded", forwarded))
        if value is not None
    ]
    return OURS.client(peer, headers)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.9.9.9, 192.0.2.7", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8:2::1", "2001:db8:2::1"),
        ("[2001:db8:2::1]:4711 ,  10.0.0.1", "2001:db8:2::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("10.5.5.5, 10.9.9.9", "10.5.5.5"),
    ],
)
def test_a_trusted_proxy_says_whom_it_speaks_for(said: str, found: str) -> None:
    """In either header, whichever it writes."""
    assert client(plain=said) == found
    element = [
        f'for="{hop.strip()}"' if ":" in hop else f"For={hop.strip()};proto=https" for hop in said.split(",")
    ]
    if said.count(":") < 2 or "[" in said:
        assert client(forwarded=", ".join(element)) == found


@pytest.mark.parametrize(
    "said",
    [
        "198.51.100.1, 203.0.113.9",
        "10.0.0.1, 203.0.113.9, 10.9.9.9",
        "127.0.0.1,203.0.113.9",
        "nonsense, 203.0.113.9",
        ",,,203.0.113.9",
        f"{'198.51.100.1, ' * 40}203.0.113.9",
    ],
)
def test_what_a_client_makes_up_is_left_of_itself(said: str) -> None:
    """It cannot take another's address, nor be taken for this machine."""
    assert client(plain=said) == "203.0.113.9"


def test_nobody_else_is_believed() -> None:
    """The peer is the client where it is no proxy of ours, and where none is named."""
    assert client("203.0.113.66", plain="198.51.100.1") == "203.0.113.66"
    assert Proxies([]).client(PEER, [(b"x-forwarded-for", b"198.51.100.1")]) == PEER
    assert client("", plain="198.51.100.1") == ""
    assert client() == PEER


def test_headers_that_disagree_are_not_believed() -> None:
    """The proxy wrote one of them and let the other through."""
    assert client(plain="198.51.100.1", forwarded="for=203.0.113.9") == PEER
    assert client(plain="203.0.113.9", forwarded='for="203.0.113.9:80"') == "203.0.113.9"


@pytest.mark.parametrize(
    "said",
    [
        "", " ", "unknown", "203.0.113.9,", "203.0.113.9, unknown", "203.0.113.9, _hidden", "203.0.113.256",
        "203.0.113.9:http", "[2001:db8:2::1", "[2001:db8:2::1]x", "fe80::1%eth0", "203.0.113.9\x00", "2030.0.113.9",
        "203.0.113.9, " * 51 + "10.0.0.1",
    ],
)  # fmt: skip
def test_what_cannot_be_read_leaves_the_peer(said: str) -> None:
    """A ban of the proxy is better than one of nobody."""
    assert client(plain=said) == PEER


@pytest.mark.parametrize(
    "said",
    [
        "",
        "by=203.0.113.9",
        "for=203.0.113.9;for=198.51.100.1",
        'for="a,b"',
        'for="203.0.113.9',
        "203.0.113.9",
        "for=",
    ],
)
def test_what_is_no_forwarded_header_leaves_the_peer(said: str) -> None:
    """RFC 7239, as far as an address stands in it."""
    assert client(forwarded=said) == PEER


def test_lines_of_a_header_are_one_list() -> None:
    """A client's own line comes before the proxy's."""
    lines = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.9")]

    assert OURS.client(PEER, lines) == "203.0.113.9"


def test_a_peer_on_a_socket_for_both_kinds_is_known() -> None:
    """It is told as ``::ffff:10.1.2.3`` there."""
    assert client("::ffff:10.1.2.3", plain="203.0.113.9") == "203.0.113.9"


@given(st.binary(max_size=200), st.booleans())
def test_whatever_is_sent_an_address_comes_out(value: bytes, plain: bool) -> None:  # drawn
    """The peer's, or a readable one."""
    found = OURS.client(PEER, [(b"x-forwarded-for" if plain else b"forwarded", value)])

    assert found == PEER or OURS.client(PEER, [(b"x-forwarded-for", found.encode())]) == found


@pytest.mark.parametrize("network", ["", "10.0.0.0/33", "proxy.example", "0.0.0.0/0", "::/0"])
def test_what_is_no_network_is_refused_and_so_is_everybody(network: str) -> None:
    """Before anything is served."""
    with pytest.raises(YanmenError) as wrong:
        Proxies([network])

    assert wrong.value.where == "gateway.trusted_proxies"
