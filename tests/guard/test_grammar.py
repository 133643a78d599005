"""The trees of patterns, held against RE2 itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.guard.grammar import Node, disguised, head, key, loosened, prefixes, width
from yanmen.guard.packs import builtin
from yanmen.guard.parser import parse
from yanmen.guard.scan import HEAD, compiled, search

PATTERNS = (
    "abc",
    "a{2,5}b?",
    "(?:foo|foobar)x{0,3}",
    r"\bfoo\b",
    "(?:ab|a(?:c|d){1,3}){2,4}e",
    "[a-c]{3,40}z",
    "(?:x|y?z){1,2}(?:q{0,9}|r)s{2}",
    "忽略.{0,6}指令",
    r"a(?:b|\bc)?d",
    "^ab$",
    "a.{0,20}?b",
)
WORDS = st.text(alphabet="abcdefxyzqrs foo忽略指令\n", max_size=14)


@pytest.mark.parametrize("source", PATTERNS)
def test_a_tree_is_written_as_re2_reads_it(source: str) -> None:
    """The text of a tree and its source match the same texts."""
    left, right = (
        re2.compile(parse(source).text),
        re2.compile(source.replace("^", "(?m:^)").replace("$", "(?m:$)")),
    )

    for text in ("abc", "foobarxx", "foo", "xzqs", "aab", "忽略所有指令", "abcz" * 5, "ab\nab", "aXXb"):
        assert bool(left.search(text)) == bool(right.search(text))


@given(st.sampled_from(PATTERNS), WORDS, WORDS)
@settings(max_examples=400)
def test_every_beginning_of_a_match_is_in_the_prefix_closure(source: str, before: str, after: str) -> None:
    """If more text makes a match, the place where that match begins was open before."""
    node = parse(source)
    found = re2.compile(node.text).search(before + after)
    if found is None or not found.start() < len(before) < found.end():
        return
    beginnings = re2.compile(f"(?:{prefixes(node)})\\z").search(before)

    assert beginnings.start() <= found.start()


@pytest.mark.parametrize("source", PATTERNS)
def test_every_match_begins_with_the_head_and_is_found_by_the_loosened_pattern(
    source: str, written: Callable[[Node, int], str]
) -> None:
    """Both are filters: they may let more through, never less."""
    node = parse(source)
    whole, short = re2.compile(node.text), re2.compile(head(node, HEAD).text)
    loose = re2.compile(loosened(node).text)
    for seed in range(40):
        text = written(node, seed)
        if found := whole.search(text):
            assert short.match(text[found.start() :]) or source.startswith(("^", r"\b"))
            assert loose.search(text)


@pytest.mark.parametrize(
    ("source", "least", "most"),
    [
        ("abc", 3, 3),
        ("a{2,5}b?", 2, 6),
        ("(?:foo|foobar)x{0,3}", 3, 9),
        (r"\bfoo$", 3, 3),
        ("(?:ab?){2}", 2, 4),
    ],
)
def test_the_width_of_a_match_is_known(source: str, least: int, most: int) -> None:
    """In characters."""
    assert width(parse(source)) == (least, most)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("ignore", "1gn0r3"),
        ("ignore", "i g n o r e"),
        ("忽略", "忽 略"),
        ("(?:system|user) role", "s.y.s.t.e.m r-o-l-e"),
    ],
)
def test_words_are_also_found_in_disguise(source: str, text: str) -> None:
    """Digits for letters, and letters spelled out."""
    assert re2.compile(disguised(parse(source)).text).search(text)


def test_short_words_are_not_disguised() -> None:
    """``a n`` is no ``an``."""
    assert not re2.compile(disguised(parse("an")).text).search("a n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(?:show|print) .{0,30}system prompt", "system prompt"),
        ("ab.{0,30}(?:cdef|ghij.{0,20}klmnop)", "(?:cdef|klmnop)"),
        ("abc", "abc"),
        ("x{3,90}", "x"),
        ("(?:abcdefgh){0,1}.{1,9}", "[^\\n]"),
    ],
)
def test_a_key_is_the_widest_part_that_every_match_has(source: str, expected: str) -> None:
    """Cut to what is needed, and without long gaps."""
    assert key(parse(source), 99).text.removeprefix("(?:").removesuffix(")") == expected.removeprefix(
        "(?:"
    ).removesuffix(")")


def test_where_a_pattern_matches_its_key_does() -> None:
    """Every built-in pattern, on every text of the corpus."""
    corpus = Path(__file__).parents[1] / "corpora" / "prompts.jsonl"
    texts = [json.loads(line)["text"] for line in corpus.read_text("utf-8").splitlines()]
    checked = 0
    for pattern in (one for pack in builtin() for one in pack.patterns):
        whole, short = compiled(pattern.expression), compiled(pattern.wrap(key(pattern.node, 8).text))
        for text in texts:
            data = text.encode()
            if search(whole, data, 0, len(data))[0] >= 0:
                checked += 1
                assert search(short, data, 0, len(data))[0] >= 0, (pattern.expression, text)
    assert checked > 50
