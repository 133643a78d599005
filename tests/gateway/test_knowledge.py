"""What the door knows: whose key, and who is barred."""

from __future__ import annotations

import pytest

from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Decision, Ref, Verdict
from yanmen.gateway.commands import Call
from yanmen.gateway.errors import Refusal
from yanmen.gateway.knowledge import Knowledge, subjects_of
from yanmen.policy import Policy, Situation, Standing
from yanmen.store import Key

TEXT = new_key()
KEY = Key(id="key_1", hash=key_hash(TEXT), name="k", created=1, expires=100)
BAN = Decision(id="dec_1", at=1, subject=Ref(kind="ip", id="10.0.0.0/8"), verdict=Verdict.BLOCK, lasts=60)
KNOWN = Knowledge({KEY.hash: KEY}, Standing([BAN]), Policy.load(), ids={KEY.id: KEY})


def call(*headers: bytes) -> Call:
    """A call with these authorization headers."""
    return Call("c", 50, "POST", "/", [(b"authorization", value) for value in headers], "")


def test_a_key_is_known_by_its_hash() -> None:
    """However the scheme is spelt."""
    assert KNOWN.caller(call(b"Bearer " + TEXT.encode())) == KEY
    assert KNOWN.caller(call(b"bEARER  " + TEXT.encode())) == KEY


def test_anything_else_is_refused() -> None:
    """No key, two keys, another scheme, bytes that are no text."""
    bearer = b"Bearer " + TEXT.encode()
    for headers in ((), (bearer, bearer), (b"Basic " + TEXT.encode(),), (b"\xff\xfe",), (b"Bearer",)):
        with pytest.raises(Refusal, match="invalid_api_key"):
            KNOWN.caller(call(*headers))


def test_a_ban_or_the_end_of_a_key_bars_what_is_in_flight() -> None:
    """Anybody else goes on."""
    subjects = subjects_of(KEY, "192.0.2.1", user="u", model="m")

    assert [str(subject) for subject in subjects] == [
        "key:key_1",
        "tenant:default",
        "ip:192.0.2.1",
        "user:u",
        "model:m",
    ]
    assert KNOWN.barred(subjects, 50) is None
    assert KNOWN.barred(subjects, 100) is not None
    assert KNOWN.barred(subjects_of(KEY, "10.1.2.3"), 50) == BAN
    assert KNOWN._replace(ids={}).barred(subjects, 50) is not None


def test_the_ruler_asks_policy() -> None:
    """In the situation of the call."""
    ruler = KNOWN.ruler(Situation(at=1, subject=Ref(kind="call", id="c"), direction="out"))

    assert callable(ruler.finding)
    assert callable(ruler.unexamined)
