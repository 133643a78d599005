"""Proof of work."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import SECOND
from yanmen.core.proofs import FEWEST, LONGEST, MOST_BITS, Proved, challenge, checked, solved

SECRET = b"s" * 32
NOW = 1_700_000_000 * SECOND


def made(bits: int = 8, whom: str = "ann", seconds: int = 60) -> str:
    """A challenge."""
    return challenge(SECRET, whom, bits=bits, seconds=seconds, at=NOW)


def test_work_is_proved_and_checked() -> None:
    """As many zero bits as are asked; nothing is remembered."""
    text = made(12)
    proof = solved(text)
    found = checked(SECRET, "ann", proof, bits=12, at=NOW)

    assert isinstance(found, Proved)
    assert found.bits == 12
    assert found.expires == NOW + 60 * SECOND
    assert hashlib.sha256(proof.encode()).hexdigest().startswith("000")


def test_every_use_of_one_challenge_has_one_id() -> None:
    """Whichever of its proofs is shown; another challenge has another."""
    text = made(8)
    first = solved(text)
    second = next(
        proof
        for number in range(1 << 20)
        if (proof := f"{text}:{number:x}x") != first
        and isinstance(checked(SECRET, "ann", proof, bits=8, at=NOW), Proved)
    )
    ids = {
        found.event
        for one in (first, second)
        if isinstance(found := checked(SECRET, "ann", one, bits=8, at=NOW), Proved)
    }
    other = checked(SECRET, "ann", solved(made(8)), bits=8, at=NOW)

    assert len(ids) == 1
    assert isinstance(other, Proved)
    assert other.event not in ids
    assert len(other.event) == 30


def test_what_is_none_is_told_why() -> None:
    """Somebody else's, an old one, too little work, none at all, a forged one."""
    text = made(10)
    proof = solved(text)
    nothing = next(
        f"{text}:{n}"
        for n in range(99)
        if checked(SECRET, "ann", f"{text}:{n}", bits=10, at=NOW) == "no-work"
    )

    assert checked(SECRET, "bob", proof, bits=10, at=NOW) == "not-ours"
    assert checked(b"t" * 32, "ann", proof, bits=10, at=NOW) == "not-ours"
    assert checked(SECRET, "ann", proof, bits=10, at=NOW + 60 * SECOND) == "expired"
    assert checked(SECRET, "ann", proof, bits=11, at=NOW) == "too-easy"
    assert nothing
    for old, new in (("v1.10.", "v1.8."), ("v1.10.17", "v1.10.99")):
        assert checked(SECRET, "ann", proof.replace(old, new), bits=8, at=NOW) == "not-ours"


@pytest.mark.parametrize("bits", [0, 4, 99])
def test_bits_are_bounded(bits: int) -> None:
    """Never none, never more than anybody can."""
    assert FEWEST <= int(made(bits).split(".")[1]) <= MOST_BITS


@given(st.text(max_size=300))
def test_whatever_is_sent_is_judged(text: str) -> None:
    """And is none."""
    assert checked(SECRET, "ann", text, bits=8, at=NOW) in {"malformed", "not-ours"}
    assert checked(SECRET, "ann", f"{made()}:{text}", bits=8, at=NOW) != "expired"
    assert len(made()) + 41 <= LONGEST
