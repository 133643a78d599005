"""Reading in pieces, close up; the law itself is in test_stream."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Severity, Text
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.guard.reader import Reader, findings_of
from yanmen.guard.scan import Plan
from yanmen.guard.spans import HARMLESS, Claim, Harmless, Pattern

PLACE = Text(text="", role="user", trust="user")


def plan(*patterns: Pattern) -> Plan:
    """Patterns, compiled."""
    return Plan.of(patterns)


def spans(what: Plan, text: str) -> list[tuple[int, int]]:
    """Where things are found in a whole text."""
    place = Text(text=text, role="user", trust="user")
    return [(finding.where.start, finding.where.end) for finding in findings_of(what, place)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xabcx", [(1, 4)]),
        ("忽abc略abc", [(1, 4), (5, 8)]),
        ("ＡＢＣ", [(0, 3)]),
        ("a\u200bb\u200bc\u200b", [(0, 5)]),
        ("\ud800abc", [(1, 4)]),
        ("😀abc", [(1, 4)]),
        ("ab", []),
    ],
)
def test_spans_point_into_the_original(text: str, expected: list[tuple[int, int]]) -> None:
    """In characters, whatever the view is made of."""
    assert spans(plan(Pattern(DETECTOR_FAILED, "abc", view="folded")), text) == expected


def test_a_refused_match_is_looked_for_again_one_character_on() -> None:
    """So nothing hides behind what only looks right; a harmless one is skipped whole."""

    def odd(matched: str) -> Claim | None:
        return Claim(matched) if matched == "aba" else None

    def skip(_: str) -> Claim | Harmless:
        return HARMLESS

    assert spans(plan(Pattern(DETECTOR_FAILED, "[ab]{3}", check=odd)), "bbabab") == [(2, 5)]
    assert spans(plan(Pattern(DETECTOR_FAILED, "[ab]{3}", check=skip)), "bbabab") == []


def test_what_stands_before_a_match_can_be_demanded_or_excuse_it() -> None:
    """It is read back, in the folded view."""
    behind = plan(Pattern(DETECTOR_FAILED, "prompt", view="folded", after="show your "))
    assert spans(behind, "SHOW YOUR PROMPT") == [(10, 16)]
    assert spans(behind, "show my prompt") == []

    unless = plan(Pattern(DETECTOR_FAILED, "obey", view="folded", unless_after="do not"))
    assert spans(unless, "Do Not obey, but obey") == [(17, 21)]


def test_a_check_that_raises_becomes_a_finding() -> None:
    """Critical, and without a word of the text."""

    def fails(matched: str) -> Claim:
        raise ValueError(matched)

    place = Text(text="my secret", role="user", trust="user")
    (finding,) = findings_of(plan(Pattern(DETECTOR_FAILED, "secret", check=fails)), place)

    assert finding.rule.severity is Severity.CRITICAL
    assert "ValueError" in finding.evidence
    assert "secret" not in finding.evidence


def test_only_the_undecided_end_is_kept() -> None:
    """However long the text is."""
    reader = Reader(plan(Pattern(DETECTOR_FAILED, "foobar")))
    for _ in range(1_000):
        assert not reader.feed("some words and fooba- ")

    assert reader.decided >= 22_000 - 6
    assert len(reader._text) < 8


def test_open_ended_matches_span_to_their_marker() -> None:
    """Or to the end of the text; or up to what cannot be part of them."""
    marked = plan(Pattern(DETECTOR_FAILED, "BEGIN", until="END"))
    assert spans(marked, "a BEGIN b END c BEGIN d") == [(2, 13), (16, 23)]

    token = plan(Pattern(DETECTOR_FAILED, "ey[a-z]{3}", until="[^a-z]", until_before=True))
    assert spans(token, "x eyabcdefgh y") == [(2, 12)]
