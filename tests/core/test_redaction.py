"""Evidence fit to store and to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.redaction import LONGEST, mask, visible


@pytest.mark.parametrize(
    ("secret", "masked"),
    [
        ("sk-proj-0123456789012345", "sk-p…(24)"),
        ("hunter2", "h…(7)"),
        ("1234", "…(4)"),
        ("", "…(0)"),
        ("\u202esecret-and-long", "\\u202ese…(16)"),
    ],
)
def test_a_mask_shows_a_fifth_at_most_and_the_length(secret: str, masked: str) -> None:
    """Enough to know which secret it was, too little to use it."""
    assert masked == mask(secret)


@given(st.text(min_size=1))
def test_most_of_a_secret_never_shows(secret: str) -> None:
    """What follows the first fifth is not in the mask, whatever the secret."""
    shown = min(4, len(secret) // 5)

    assert mask(secret) == f"{visible(secret[:shown])}…({len(secret)})"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain words", "plain words"),
        ("雁门关 is a pass", "雁门关 is a pass"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\tc", "a\\u000ab\\u0009c"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("no\u00a0break", "no\\u00a0break"),
        ("lone \ud800", "lone \\ud800"),
    ],
)
def test_what_would_fool_a_terminal_is_written_out(text: str, seen: str) -> None:
    """Controls, direction marks, tags, zero-width and odd spaces; letters of any script stay."""
    assert seen == visible(text)


@given(st.text())
def test_visible_text_can_be_printed_on_one_line(text: str) -> None:
    """Every character left is printable; the length is bounded."""
    seen = visible(text)

    assert seen.isprintable()
    assert len(seen) <= LONGEST * len("\\U000e0041") + 1


@given(st.text(max_size=LONGEST // 10))
def test_making_visible_twice_changes_nothing(text: str) -> None:
    """What is stored may be shown without a second look."""
    assert visible(visible(text)) == visible(text)


def test_long_evidence_is_cut_and_says_so() -> None:
    """At LONGEST characters, with an ellipsis."""
    assert visible("a" * (LONGEST + 1)) == "a" * LONGEST + "…"
    assert visible("a" * LONGEST) == "a" * LONGEST
