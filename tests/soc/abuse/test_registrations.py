"""Registrations over a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from yanmen.core.clock import DAY, now
from yanmen.core.config import Abuse
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.soc.abuse.registration import Registration
from yanmen.soc.abuse.registrations import Feedback, Registrations
from yanmen.store import Store

SignUp = Callable[..., Registration]
WHO = Ref(kind="key", id="key_platform")


def campaign(sign_up: SignUp, first: int, many: int) -> list[Registration]:
    """Sign-ups of one rare client."""
    return [
        sign_up(first + n, ja4="rare", form_seconds=5.0, email=f"anna.berger{n + 1000}@gmail.com")
        for n in range(many)
    ]


def test_each_is_answered_and_on_record_without_anything_personal(store: Store, sign_up: SignUp) -> None:
    """Durable before it is said."""
    answers = Registrations(store).judge([sign_up(1), sign_up(2, email="x@mailinator.com")], WHO)

    assert [one.id for one in answers] == ["r1", "r2"]
    assert answers[1].reasons[0].zh == "使用一次性邮箱域名"
    events = [one.event for one in store.events.after(0, kinds=("registration.",))]
    assert [event.id for event in events] == [one.event for one in answers]
    assert events[0].actor == WHO
    whole = msgspec.json.encode(events).decode()
    for value in ("berger", "gmail.com", "198.51", "device-1", "t13d_1", "Berger", "mailinator"):
        assert value not in whole


def test_what_was_known_is_known_after_a_restart(store: Store, sign_up: SignUp) -> None:
    """To the last digit: the next answer is the same as without one."""
    people, bad = [sign_up(n) for n in range(60)], campaign(sign_up, 100, 20)
    one = Registrations(store)
    one.judge(people, WHO)
    one.judge(bad, WHO)
    one.learn([Feedback("r100", "fraud"), Feedback("r101", first_prompt="say hello")], WHO)

    again = Registrations(store)
    (before,) = again.judge(campaign(sign_up, 200, 1), WHO)
    (last,) = one.judge(campaign(sign_up, 201, 1), WHO)
    assert before.cluster == last.cluster
    assert before.members == 21
    assert last.members == 22
    assert [one.total for one in again.clusters(10)] == [22]


def test_two_processes_know_what_the_other_wrote(store: Store, sign_up: SignUp, tmp_path: Path) -> None:
    """A campaign split over two consoles is one cluster."""
    with Store.open(tmp_path / "data") as second:
        one, other = Registrations(store), Registrations(second)
        one.judge([sign_up(n) for n in range(60)], WHO)
        bad = campaign(sign_up, 100, 20)
        said = [(one if number % 2 else other).judge([sign], WHO)[0] for number, sign in enumerate(bad)]

        assert said[-1].members == 20


def test_old_ones_are_let_go(store: Store, sign_up: SignUp) -> None:
    """After thirty days, and the record is not read from its beginning again."""
    at = now()
    Registrations(store, clock=lambda: at - 40 * DAY).judge(campaign(sign_up, 0, 10), WHO)

    later = Registrations(store)
    assert later.clusters(2) == []
    assert store.cursors.get("abuse.registrations") > 0


def test_feedback_on_a_stranger_is_said_to_be(store: Store, sign_up: SignUp) -> None:
    """And leaves no event."""
    one = Registrations(store)
    one.judge([sign_up(1)], WHO)

    assert one.learn([Feedback("r1", "good"), Feedback("r9", "fraud")], WHO) == [True, False]
    assert len(store.events.after(0, kinds=("registration.labelled",))) == 1


def test_no_verdict_is_milder_than_the_floor(store: Store, sign_up: SignUp) -> None:
    """Under attack everybody is challenged."""
    (answer,) = Registrations(store).judge([sign_up(1)], WHO, "challenge")

    assert answer.verdict == "challenge"


def test_a_clock_that_is_ahead_counts_as_now(store: Store, sign_up: SignUp) -> None:
    """Nobody reserves the future."""
    Registrations(store).judge([sign_up(1, at=now() + 10 * DAY)], WHO)

    (event,) = store.events.after(0, kinds=("registration.judged",))
    assert event.event.data["when"] <= now()


def test_own_domains_are_added(store: Store, sign_up: SignUp, tmp_path: Path) -> None:
    """A list that cannot be read is named at the start."""
    (tmp_path / "own.txt").write_text("own-throwaway.example\n")
    settings = Abuse(disposable_domains=str(tmp_path / "own.txt"))
    (answer,) = Registrations(store, settings).judge([sign_up(1, email="a@own-throwaway.example")], WHO)
    assert answer.score > 0.2

    with pytest.raises(YanmenError, match="cannot read"):
        Registrations(store, Abuse(disposable_domains=str(tmp_path / "gone")))
