"""Sentences."""

from __future__ import annotations

import re

import pytest

from yanmen.core.nouns import FOREVER, Ref, Severity
from yanmen.soc import wording
from yanmen.soc.facts import Calls, Facts, Sign

SECOND = 1_000_000
HAN = re.compile(r"[\u4e00-\u9fff]")
FACTS = Facts(
    subject="key:key_1",
    name="ci-bot",
    seen=2,
    first=SECOND,
    first_event="evt_a",
    last=2 * SECOND,
    last_event="evt_b",
    peak=2,
    rules={"prompt.override": 2},
    places={"paste": 1, "call:key:key_9": 1},
    calls=Calls(
        answered=3, refused=1, first=1, first_event="evt_c", last=9, last_event="evt_d", ips={"::1": 4}
    ),
)
CAUSES = [
    "key.leaked/key:key_1",
    "prompt.campaign/key:key_1",
    "secret.repeated/key:key_1",
    "yanmen.detector-failed/detector:secrets",
    "store.gap",
    "soc.unreadable-event/kind:call.refused",
]


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_told_in_both_languages_with_its_proof(cause: str) -> None:
    """The same event ids stand in both."""
    title, summary = wording.title(cause, FACTS), wording.summary(cause, FACTS)
    cited = re.findall(r"\[(evt_\w+)\]", summary.en)

    assert title.en
    assert not HAN.search(title.en + summary.en)
    assert HAN.search(summary.zh)
    assert cited[:2] == ["evt_a", "evt_b"]
    assert re.findall(r"\[(evt_\w+)\]", summary.zh) == cited


def test_the_summary_of_a_leak_says_what_the_key_did() -> None:
    """How often, how it ended, from where."""
    said = wording.summary("key.leaked/key:key_1", FACTS).en

    assert "seen twice at: paste, a call by key:key_9" in said
    assert "4 calls with it: 3 answered, 1 refused, 0 failed" in said
    assert "::1 ×4" in said


def test_a_key_that_was_never_used_is_said_so() -> None:
    """Rather than a row of zeros."""
    assert "No call was made with it." in wording.summary("key.leaked/key:key_1", Facts(seen=1)).en


@pytest.mark.parametrize("part", ["sighting", "use", "attack", "gap", "failure"])
def test_every_kind_of_moment_has_both_languages(part: str) -> None:
    """A line of a timeline."""
    sign = Sign(
        seq=1,
        at=1,
        event="evt_1",
        cause="x/y:z",
        subject=Ref(kind="key", id="key_1"),
        part=part,  # type: ignore[arg-type]  # named by word
        severity=Severity.LOW,
        rule="prompt.override",
        evidence="seen",
        place="guard:key:key_1",
        source="bot",
    )
    said = wording.moment(sign)

    assert said.en
    assert HAN.search(said.zh)
    assert not HAN.search(said.en)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "for 1 second"),
        (90, "for 90 seconds"),
        (3_600, "for 1 hour"),
        (604_800, "for 7 days"),
        (0, "for no time"),
    ],
)
def test_lengths_are_said_in_whole_units(seconds: int, said: str) -> None:
    """The largest that fits."""
    assert wording.length(seconds).en == said


def test_forever_is_until_it_is_lifted() -> None:
    """Nothing lasts 317 years."""
    assert wording.length(FOREVER).en == "until it is lifted"


def test_long_texts_are_made_safe_and_not_cut() -> None:
    """For a terminal."""
    assert wording.whole("汉" * 500 + "\x1b") == "汉" * 500 + "\\u001b"
