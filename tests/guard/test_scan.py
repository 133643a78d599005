"""The automata of many patterns together."""

from __future__ import annotations

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.guard.reader import Reader
from yanmen.guard.scan import Entry, Plan, View, checked, compiled, search
from yanmen.guard.spans import Pattern


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


@pytest.mark.parametrize(
    "text", ["", "nothing", "foo", "a foobarr b", "foobar", "SECRET=abcd", "秘 foobar", "ｆｏｏbar"]
)
def test_clean_is_only_what_a_reader_finds_nothing_in(text: str) -> None:
    """A text that it does not call clean may have nothing in it all the same."""
    plan = Plan((pattern("foobar{1,3}"), pattern(r"\bsecret=[a-z]{4,40}", view="folded")))
    seen = Reader(plan).feed(text, final=True)

    assert not (plan.clean(text) and seen)
    assert plan.clean(text) == (text in {"", "nothing", "foo"})
