"""The automata of many patterns together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.guard import Guard
from yanmen.guard.reader import Reader, Seen
from yanmen.guard.scan import Entry, Parted, Plan, View, checked, compiled, search
from yanmen.guard.spans import Pattern

CORPORA = Path(__file__).parents[1] / "corpora"


def pattern(source: str, **more: object) -> Pattern:
    """A pattern under any rule."""
    return Pattern(DETECTOR_FAILED, source, **more)  # type: ignore[arg-type]  # a test's shorthand


VIEW = View([Entry(0, pattern("foobar{1,3}")), Entry(1, pattern(r"\bsecret=[a-z]{4,40}"))])


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"nothing here", 12),
        (b"a foo", 2),
        (b"a fooba", 2),
        (b"xsecret=a", 9),
        (b"x secret=abcdef", 2),
        (b"foobarrr ", 9),
    ],
)
def test_how_far_back_a_match_may_be_in_progress(data: bytes, place: int) -> None:
    """The earliest of all patterns; the end where none is."""
    assert VIEW.open(data, 0, len(data)) == place


def test_candidates_are_those_that_may_match() -> None:
    """With the first place where one does; nothing where no pattern has its key in the text."""
    first, second = VIEW.entries
    assert VIEW.candidates(b"xx foobar", 3) == (3, [first])
    assert VIEW.candidates(b"secret=abcd foobar", 0) == (0, [first, second])
    assert VIEW.candidates(b"secret=abcd foobar", 1) == (12, [first])
    assert VIEW.candidates(b"nothing", 0) == (7, ())


def test_usual_patterns_are_asked_together_and_answer_alone() -> None:
    """A pattern whose key is a word of every day is a candidate where it may match, and only there, in the plan's order."""
    view = View(
        [Entry(0, pattern("foobar")), Entry(1, pattern("should .{0,40}obey")), Entry(2, pattern("zzz"))]
    )

    assert [one.index for one in view._usual] == [1]
    assert view.candidates(b"you should help me with zz", 0) == (26, ())
    assert view.candidates(b"should i help and obey, foobar", 0) == (0, [view.entries[0], view.entries[1]])
    assert view.candidates(b"zzz and foobar", 0) == (0, [view.entries[0], view.entries[2]])


@pytest.mark.parametrize("label", ["attack", "benign"])
def test_whoever_matches_is_a_candidate(guard: Guard, label: str) -> None:
    """Of all patterns, in real prompts: what the keys and the usual ones leave out, matches nowhere."""
    view = guard._plan.both
    for line in (CORPORA / "prompts.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        data = row["text"].lower().encode()
        if row["label"] == label:
            begin, asked = view.candidates(data, 0)
            places = {one: search(one.automaton, data, 0, len(data))[0] for one in view.entries}
            assert {one for one, place in places.items() if 0 <= place < len(data)} <= set(asked)
            assert begin <= min((place for place in places.values() if place >= 0), default=len(data))


def test_a_search_sees_the_byte_before_its_start() -> None:
    """So that words begin where they begin in the whole text."""
    word = compiled(r"\bfoo")

    assert search(word, b"xfoo", 1, 4) == (-1, -1)
    assert search(word, b" foo", 1, 4) == (1, 4)


def test_a_bad_pattern_of_a_pack_is_named_before_use() -> None:
    """By file and line."""
    with pytest.raises(YanmenError, match=r"own\.yaml:3"):
        checked([pattern("[z-a]", origin="own.yaml:3")])
    with pytest.raises(YanmenError, match=r"own\.yaml:4"):
        checked([pattern("a", after="b*", origin="own.yaml:4")])


def test_a_plan_is_compiled_once() -> None:
    """The same patterns give the same plan."""
    assert Plan.of((pattern("abc"),)) is Plan.of((pattern("abc"),))


def test_some_of_the_entries_are_asked_of_the_same_automata() -> None:
    """Only those are candidates; nobody to ask is no view."""
    first, second = VIEW.entries
    narrow = VIEW.only([second])

    assert narrow is not None
    assert narrow.candidates(b"secret=abcd foobar", 0) == (0, [second])
    assert narrow.candidates(b"xx foobar", 0) == (9, [])
    assert VIEW.candidates(b"secret=abcd foobar", 0) == (0, [first, second])
    assert VIEW.only([]) is None


def test_some_of_a_plan_see_what_a_plan_of_their_own_sees() -> None:
    """In plain text and in folded, whole and in pieces; they may hold back more. None chosen is no plan."""
    patterns = (
        pattern("foobar{1,3}", view="folded"),
        pattern(r"\bsecret=[a-z]{4,40}"),
        pattern(r"begin[ ]", until="end"),
    )
    whole = Plan(patterns)
    for chosen in (patterns[:1], patterns[1:2], patterns[:2]):
        narrow, own = whole.only(lambda one, chosen=chosen: one in chosen), Plan(chosen)  # type: ignore[misc]
        assert narrow is not None
        assert narrow.patterns == chosen
        for text in (
            "a foobarr secret=abcd begin it",
            "ｆｏｏbar secret=abcde",
            "begin secret=abcd end foobar",
            "秘",
        ):
            for size in (1, 3, len(text)):
                assert _places(narrow, text, size) == _places(own, text, size)
    assert whole.only(lambda _: False) is None


def _places(plan: Plan, text: str, size: int) -> list[tuple[int, int, str]]:
    reader, seen = Reader(plan), list[Seen]()
    for start in range(0, len(text), size):
        seen += reader.feed(text[start : start + size], final=start + size >= len(text))
    return [(one.start, one.end, one.entry.pattern.source) for one in seen]


def test_patterns_are_parted_by_what_may_be_cut() -> None:
    """What runs to an end marker is always held back for; where all may be cut there is one plan."""
    ended, watched = pattern("begin[ ]", until="end"), pattern("foobar")
    plan = Plan((ended, watched))
    parts = Parted.of(plan, frozenset())

    assert parts.cut.patterns == (ended,)
    assert parts.watched is not None
    assert parts.watched.patterns == (watched,)
    assert Parted.of(plan, frozenset({DETECTOR_FAILED.id})) == Parted(plan, None)


@pytest.mark.parametrize(
    "text", ["", "nothing", "foo", "a foobarr b", "foobar", "SECRET=abcd", "秘 foobar", "ｆｏｏbar"]
)
def test_clean_is_only_what_a_reader_finds_nothing_in(text: str) -> None:
    """A text that it does not call clean may have nothing in it all the same."""
    plan = Plan((pattern("foobar{1,3}"), pattern(r"\bsecret=[a-z]{4,40}", view="folded")))
    seen = Reader(plan).feed(text, final=True)

    assert not (plan.clean(text) and seen)
    assert plan.clean(text) == (text in {"", "nothing", "foo"})
