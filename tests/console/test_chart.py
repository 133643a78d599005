"""The chart of traffic."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.console.chart import HEIGHT, TOP, WIDTH, ceiling, compact, total, traffic
from yanmen.console.desk.overview import MINUTE, MinuteShape

counts = st.integers(0, 10**9)


@given(
    st.lists(st.builds(MinuteShape, at=st.just(0), allow=counts, block=counts, failed=counts), max_size=60)
)
def test_bars_stay_inside_the_drawing(minutes: list[MinuteShape]) -> None:
    """Whatever is counted; and the drawing is well-formed."""
    tree = ET.fromstring(str(traffic(minutes, "label")))  # noqa: S314  # our own output
    for bar in tree.iter("rect"):
        top, height = float(bar.attrib["y"]), float(bar.attrib["height"])

        assert height > 0
        assert top >= TOP - 3
        assert top + height <= HEIGHT
        assert 0 <= float(bar.attrib["x"]) <= WIDTH


def test_the_drawing_says_in_words_what_it_shows() -> None:
    """For those who do not see it; and the words are escaped."""
    drawn = traffic([MinuteShape(at=MINUTE, allow=3, block=1)], 'four calls, "one" refused')

    assert 'role="img"' in drawn
    assert "four calls, &#34;one&#34; refused" in drawn
    assert drawn.count("<rect") == 2


@given(st.integers(0, 10**12))
def test_the_scale_ends_at_or_above_the_highest_bar(most: int) -> None:
    """At a round number with a whole half."""
    assert ceiling(most) >= max(most, 4)
    assert ceiling(most) % 2 == 0 or ceiling(most) in {1, 5}


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (950, "950"), (1_200, "1.2k"), (40_000, "40k"), (3_000_000, "3M")]
)
def test_numbers_beside_the_drawing_are_short(count: int, text: str) -> None:
    """They have little room."""
    assert compact(count) == text


def test_a_minute_s_total_counts_every_ending() -> None:
    """Allowed, redacted, challenged, blocked, failed."""
    assert total(MinuteShape(at=0, allow=1, redact=2, challenge=3, block=4, failed=5)) == 15
