"""Netlink: attributes and batches."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.edge import messages
from yanmen.edge.netlink import CREATE, KernelError, Message, attribute, attributes, nested, text, u32, u64

PAYLOADS = st.lists(st.tuples(st.integers(1, 0x3FFF), st.binary(max_size=40)), max_size=8)


@given(PAYLOADS)
def test_attributes_are_read_as_they_were_written(given: list[tuple[int, bytes]]) -> None:
    """Whatever their length; each begins at a multiple of four."""
    written = b"".join(attribute(number, payload) for number, payload in given)

    assert len(written) % 4 == 0
    assert [(number, bytes(value)) for number, value in attributes(written)] == given
    ((number, inner),) = attributes(nested(7, written))
    assert (number, bytes(inner)) == (7, written)


@given(st.binary(max_size=64))
def test_what_is_no_attribute_ends_the_reading(junk: bytes) -> None:
    """No exception, and nothing beyond the end."""
    assert sum(len(value) + 4 for _, value in attributes(junk)) <= len(junk)


def test_numbers_and_names_are_as_the_kernel_has_them() -> None:
    """Big end first; strings end with a zero byte."""
    assert u32(2, 1) == bytes.fromhex("0800020000000001")
    assert u64(4, 258) == bytes.fromhex("0c0004000000000000000102")
    assert text(1, "yanmen") == bytes.fromhex("0b00010079616e6d656e0000")


def test_an_attribute_that_is_too_long_is_not_written() -> None:
    """Its length has 16 bits."""
    with pytest.raises(ValueError, match="too much"):
        nested(1, bytes(0x10000))


def test_a_batch_is_applied_whole_or_not_at_all(lab: Any) -> None:
    """One command that is refused takes the others with it, and its reason is told; the socket goes on."""
    with lab.netlink() as netlink:
        good = Message(0, CREATE, text(1, "yanmen"))
        with pytest.raises(KernelError) as refused:
            netlink.commit([good, messages.no_set("nothing"), good])
        assert refused.value.errno == errno.ENOENT
        assert netlink.ask(messages.TABLES) == []
        netlink.commit([good])
        assert len(netlink.ask(messages.TABLES)) == 1
        netlink.commit([])


def test_a_batch_may_be_for_one_state_of_the_kernel_only(lab: Any) -> None:
    """After anybody's change it is refused."""
    with lab.netlink() as netlink:
        seen = messages.generation(netlink.ask(messages.GENERATION)[0])
        good = Message(0, CREATE, text(1, "yanmen"))
        netlink.commit([good], seen)
        with pytest.raises(KernelError) as refused:
            netlink.commit([Message(0, CREATE, text(1, "other"))], seen)
        assert refused.value.errno == errno.ERESTART
