"""The login throttle."""

from __future__ import annotations

import sys

from yanmen.console.throttle import SLOTS, Throttle
from yanmen.core.clock import SECOND


class Hand:
    """A clock moved by hand."""

    at = 1_000 * SECOND

    def __call__(self) -> int:
        """The time."""
        return self.at


def test_an_address_that_guesses_must_wait_and_is_told_how_long() -> None:
    """Ten tries at once, then one each fifteen seconds."""
    hand = Hand()
    throttle = Throttle(hand)

    assert all(throttle.wait("192.0.2.1", f"name{number}") == 0 for number in range(10))
    assert throttle.wait("192.0.2.1", "another") == 15
    hand.at += 15 * SECOND
    assert throttle.wait("192.0.2.1", "another") == 0
    assert throttle.wait("192.0.2.1", "another") == 15


def test_an_account_is_guarded_against_many_addresses() -> None:
    """Twenty tries from anywhere; the name's case does not matter."""
    throttle = Throttle(Hand())

    assert all(throttle.wait(f"192.0.2.{number}", "admin") == 0 for number in range(20))
    assert throttle.wait("198.51.100.1", "ADMIN") > 0
    assert throttle.wait("198.51.100.1", "somebody") == 0


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    """Who has a /64 has all of it; IPv4 in IPv6 is IPv4."""
    throttle = Throttle(Hand())

    assert all(throttle.wait(f"2001:db8::{number:x}", f"n{number}") == 0 for number in range(1, 11))
    assert throttle.wait("2001:db8::ffff", "new") > 0
    assert all(throttle.wait("::ffff:192.0.2.9", f"m{number}") == 0 for number in range(10))
    assert throttle.wait("192.0.2.9", "new") > 0


def test_a_right_password_takes_its_try_back() -> None:
    """Who logs in often is not locked out."""
    throttle = Throttle(Hand())

    for _ in range(100):
        assert throttle.wait("192.0.2.1", "admin") == 0
        throttle.forgive("192.0.2.1", "admin")


def test_memory_does_not_grow_with_names_or_addresses() -> None:
    """The tables have their size from the beginning."""
    throttle = Throttle(Hand())
    before = sum(sys.getsizeof(table) for table in throttle._levels + throttle._times)

    for number in range(3 * SLOTS):
        throttle.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"name-{number}")

    assert sum(sys.getsizeof(table) for table in throttle._levels + throttle._times) == before
