"""Bans and their lifting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.keys import new_key
from yanmen.core.nouns import FOREVER, Ref, Verdict
from yanmen.soc.bans import ban, lift, seconds, subject_of

if TYPE_CHECKING:
    from tests.soc.conftest import Scene


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("30m", 1_800), ("2h", 7_200), ("7d", 604_800), ("2w", 1_209_600), ("forever", FOREVER)],
)
def test_lengths_of_time(text: str, expected: int) -> None:
    """As people write them."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "0h", "-1h", "1", "1y", "h", "1h30m", "9" * 40 + "d", "١h"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Is an error with a hint, not a guess."""
    with pytest.raises(YanmenError, match="length of time"):
        seconds(text)


def test_a_key_is_named_by_id_by_its_beginning_or_by_its_text(scene: Scene) -> None:
    """With and without the kind."""
    text, key = scene.key()
    expected = Ref(kind="key", id=key.id)

    names = [f"key:{key.id}", key.id, key.id[:20], f"key:{text}", text]

    assert {subject_of(scene.store, name) for name in names} == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ip:203.0.113.7", "ip:203.0.113.7"),
        ("ip:203.0.113.7/24", "ip:203.0.113.0/24"),
        ("ip:2001:DB8::1", "ip:2001:db8::1"),
        ("203.0.113.7", "ip:203.0.113.7"),
        (" 203.0.113.7/24 ", "ip:203.0.113.0/24"),
        ("2001:DB8::1", "ip:2001:db8::1"),
        ("user:张伟", "user:张伟"),
        ("tenant:acme", "tenant:acme"),
    ],
)
def test_subjects_are_written_in_one_way(scene: Scene, text: str, expected: str) -> None:
    """So that the door finds them."""
    assert str(subject_of(scene.store, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key:",
        "key:key_none",
        "key_",
        "ip:example.org",
        "ip:1.2.3.4/99",
        "model:x",
        "nothing",
        "user:a\x1bb",
    ],
)
def test_what_cannot_be_banned(scene: Scene, text: str) -> None:
    """Is an error that a person can mend."""
    with pytest.raises(YanmenError):
        subject_of(scene.store, text)


def test_a_key_that_is_none_of_ours_is_not_repeated(scene: Scene) -> None:
    """An error message is no place for a secret."""
    text = new_key()
    with pytest.raises(YanmenError) as problem:
        subject_of(scene.store, text)

    assert text not in str(problem.value)


def test_a_ban_stands_until_it_is_lifted(scene: Scene, person: Ref) -> None:
    """And its lifting can be said twice."""
    _, key = scene.key()
    made = ban(scene.store, Ref(kind="key", id=key.id), reason="test", lasts=3_600, actor=person)

    assert made.verdict == Verdict.BLOCK
    assert scene.banned() == {made.id}
    lift(scene.store, made.id, reason="over", actor=person)
    length = scene.store.events.last_seq()
    lift(scene.store, made.id, reason="over", actor=person)

    assert scene.banned() == set()
    assert scene.store.events.last_seq() == length


def test_a_ban_with_an_id_of_its_own_is_made_once(scene: Scene, person: Ref) -> None:
    """This is what a playbook relies on."""
    subject = Ref(kind="ip", id="203.0.113.7")
    one = ban(scene.store, subject, reason="a", lasts=60, actor=person, name="dec_one")
    other = ban(scene.store, subject, reason="b", lasts=60, actor=person, name="dec_one")

    assert one == other
    assert len(scene.store.events.after(0, kinds=("decision.made",))) == 1


def test_whoever_operates_is_not_shut_out_by_a_slip(scene: Scene, person: Ref) -> None:
    """Unless it is meant."""
    _, key = scene.key("root", scopes=("admin",), tenant="ops")
    slips = [
        Ref(kind="key", id=key.id),
        Ref(kind="tenant", id="ops"),
        Ref(kind="ip", id="0.0.0.0/0"),
        Ref(kind="ip", id="127.0.0.1"),
    ]

    for subject in slips:
        with pytest.raises(YanmenError) as problem:
            ban(scene.store, subject, reason="slip", lasts=60, actor=person)
        assert "--yes" in problem.value.hint.en
    assert scene.banned() == set()
    ban(scene.store, slips[0], reason="meant", lasts=60, actor=person, force=True)
    assert len(scene.banned()) == 1


def test_only_a_standing_decision_is_lifted(scene: Scene, person: Ref) -> None:
    """An unknown one is an error."""
    with pytest.raises(YanmenError, match="no decision"):
        lift(scene.store, "dec_none", reason="x", actor=person)


def test_a_ban_lasts_a_second_at_least(scene: Scene, person: Ref) -> None:
    """None that never stood is recorded."""
    with pytest.raises(YanmenError, match="second"):
        ban(scene.store, Ref(kind="user", id="bob"), reason="x", lasts=0, actor=person)


@pytest.mark.parametrize(
    ("written", "banned"),
    [
        ("country:de", "country:DE"),
        ("asn:64496", "asn:AS64496"),
        ("asn:as7", "asn:AS7"),
        ("network:tor", "network:tor"),
    ],
)
def test_where_a_caller_is_from_can_be_banned(scene: Scene, written: str, banned: str) -> None:
    """However it is written, it is what the door looks for."""
    assert str(subject_of(scene.store, written)) == banned


@pytest.mark.parametrize("written", ["country:Germany", "asn:many", "asn:0"])
def test_what_is_no_country_or_system_is_refused(scene: Scene, written: str) -> None:
    """A ban that could never hold would only look like one."""
    with pytest.raises(YanmenError):
        subject_of(scene.store, written)
