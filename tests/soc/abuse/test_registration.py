"""What is kept of one registration."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanmen.intel.networks import NOWHERE, Origin
from yanmen.soc.abuse.registration import KINDS, Registration, prefix, referrer, seen
from yanmen.soc.abuse.registration import hashed as keyed


def test_nothing_personal_is_kept(sign_up: Callable[..., Registration]) -> None:
    """Not the address, not the name, not the device, and nothing that could be tried without the secret."""
    one = sign_up(1, phone="+49 170 1234567", referrer="https://r.example/go?user=anna")
    kept = msgspec.json.encode(seen(one, NOWHERE, frozenset(), b"secret")).decode()

    for value in (one.email, "berger", one.name, one.ip, one.device, one.ja4, "170", "r.example", "Chrome"):
        assert value not in kept
    assert kept != msgspec.json.encode(seen(one, NOWHERE, frozenset(), b"other")).decode()


def test_every_kind_of_token_is_known(sign_up: Callable[..., Registration]) -> None:
    """And equal values have equal tokens, of one kind only."""
    one = sign_up(1, email="a@company.example", phone="123", referrer="https://r.example/")
    kept = seen(one, NOWHERE, frozenset(), b"s")

    assert set(kept.tokens) == set(KINDS) - {"prompt"}
    assert keyed(b"s", "ip", "x") != keyed(b"s", "device", "x")


def test_what_it_says_by_itself(sign_up: Callable[..., Registration]) -> None:
    """Each only where it is so."""
    plain = seen(sign_up(0, email="anna.berger@gmail.com"), NOWHERE, frozenset(), b"s")
    odd = sign_up(
        1,
        email="xk3f9qpl2@mail.throwaway.example",
        user_agent="python-requests/2.32",
        form_seconds=1.2,
        name="qzxkvbnp",
    )
    said = seen(odd, Origin(networks=("vpn",)), frozenset({"throwaway.example"}), b"s").own

    assert plain.own == {}
    assert said == {"disposable": 1.0, "gibberish": 1.0, "automation": 1.0, "hosting": 1.0, "fast_form": 1.0}


def test_a_hash_stands_for_an_address_that_is_not_told(sign_up: Callable[..., Registration]) -> None:
    """Its repetition is seen all the same; so is a domain."""
    one = sign_up(1, email="", email_hash="f" * 64, email_domain="throwaway.example")
    kept = seen(one, NOWHERE, frozenset({"throwaway.example"}), b"s")

    assert kept.own["disposable"] == 1.0
    assert "mailbox" in kept.tokens


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8::1", "2001:db8:0:0:ffff::1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
    ],
)
def test_a_network_is_a_24_or_a_64(one: str, other: str, *, same: bool) -> None:
    """What a household or a small host has."""
    assert (prefix(one) == prefix(other)) is same


def test_what_is_no_address_has_no_network() -> None:
    """Nothing to compare."""
    assert prefix("unknown") == ""


def test_a_referrer_is_its_host_and_path() -> None:
    """What stands behind the question mark may name a person."""
    assert referrer("https://R.example/go?user=anna") == "r.example/go"
