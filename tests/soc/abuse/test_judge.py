"""The judge of registrations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.clock import SECOND, now
from yanmen.intel.networks import NOWHERE
from yanmen.soc.abuse import judge as module
from yanmen.soc.abuse.judge import Judge, Judged
from yanmen.soc.abuse.registration import Registration, seen

SignUp = Callable[..., Registration]
START = now()


def told(judge: Judge, one: Registration, number: int) -> Judged:
    """Judge one, a minute after the one before."""
    return judge.judge(
        one.id, seen(one, NOWHERE, frozenset(), b"s"), START + number * 60 * SECOND, f"clu_{number}"
    )


@pytest.fixture
def judge(sign_up: SignUp) -> Judge:
    """One that knows two hundred people."""
    made = Judge()
    for number in range(200):
        told(made, sign_up(number), number)
    return made


def test_a_person_is_let_in(judge: Judge, sign_up: SignUp) -> None:
    """Like the two hundred before."""
    assert told(judge, sign_up(201), 201).scored.score < 0.3


def test_the_twentieth_of_a_campaign_is_known_by_its_cluster(judge: Judge, sign_up: SignUp) -> None:
    """Each by itself says little: a name with a number, a rare fingerprint, an address of its own."""
    answers = []
    for number in range(300, 340):
        one = sign_up(
            number,
            ja4="rare",
            email=f"anna.berger{number}@gmail.com",
            form_seconds=6.0 + number % 2,
            ip=f"203.0.{number % 250}.1",
        )
        answers.append(told(judge, one, number - 80))
    answer = answers[-1]

    assert answers[0].scored.score < 0.5
    assert answer.scored.score > 0.85
    assert "cluster" in answer.scored.reasons
    assert answer.size >= 39


def test_a_university_behind_one_address_is_let_in(judge: Judge, sign_up: SignUp) -> None:
    """A hundred in an hour and a half; browsers, devices and times as people have them."""
    answers = [
        told(judge, sign_up(400 + n, ip="192.0.2.1", email=f"anna.berger{n}@uni.example.edu"), 230 + n)
        for n in range(100)
    ]

    assert sum(one.scored.score >= 0.5 for one in answers) <= 3


def test_one_mailbox_again_and_again_is_told(judge: Judge, sign_up: SignUp) -> None:
    """With dots and tags."""
    told(judge, sign_up(500, email="onlyone@gmail.com"), 240)
    answer = told(judge, sign_up(501, email="only.one+x@gmail.com"), 241)
    answer = told(judge, sign_up(502, email="o.nlyone+y@gmail.com"), 242)

    assert answer.scored.reasons[0] == "mailbox_again"


def test_a_label_tells_on_the_others_of_its_cluster(judge: Judge, sign_up: SignUp) -> None:
    """Three members, one labelled twice over."""
    before = [told(judge, sign_up(600 + number, device="shared"), 250 + number) for number in range(3)][-1]
    assert judge.label("r600", "fraud")
    assert judge.label("r601", "fraud")

    after = told(judge, sign_up(604, device="shared"), 254)
    assert "cluster_bad" in after.scored.reasons
    assert after.scored.score > before.scored.score
    assert not judge.label("unknown", "fraud")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, sign_up: SignUp) -> None:
    """Feedback on the oldest is no longer known."""
    monkeypatch.setattr(module, "KNOWN", 5)
    monkeypatch.setattr(module, "NEAR", 5)
    made = Judge()
    for number in range(20):
        told(made, sign_up(number), number)

    assert made.known("r0") is None
    assert made.known("r19") is not None
