"""Days and months of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.gateway.limits.windows import TOTAL, window, zone
from yanmen.store.usage import QUARTER

HOUR = 3_600_000_000


def at(text: str) -> int:
    """A time in microseconds."""
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def test_a_day_is_the_zone_s_own() -> None:
    """In Shanghai it begins eight hours before London's."""
    shanghai = window("day", zone("Asia/Shanghai"), at("2026-11-21T17:00:00+00:00"))

    assert shanghai == ("2026-11-22", at("2026-11-21T16:00:00+00:00"), at("2026-11-22T16:00:00+00:00"))
    assert window("day", zone("UTC"), at("2026-11-21T17:00:00+00:00")).name == "2026-11-21"


def test_a_month_ends_where_the_next_one_begins() -> None:
    """December too."""
    found = window("month", zone("Asia/Shanghai"), at("2026-12-31T15:59:59+00:00"))

    assert (found.name, found.ends) == ("2026-12", at("2026-12-31T16:00:00+00:00"))
    assert window("month", zone("Asia/Shanghai"), found.ends).name == "2027-01"


def test_a_day_with_a_change_of_clocks_is_longer_or_shorter() -> None:
    """25 hours on the last Sunday of October in Berlin."""
    found = window("day", zone("Europe/Berlin"), at("2026-10-25T12:00:00+00:00"))

    assert found.ends - found.starts == 25 * HOUR


@given(
    st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]),
    st.integers(at("2020-01-01T00:00:00+00:00"), at("2040-01-01T00:00:00+00:00")),
    st.sampled_from(["day", "month"]),
)
def test_every_moment_lies_in_its_window_and_windows_are_made_of_quarters(
    name: str, moment: int, period: str
) -> None:
    """So that the usage of a window can be added up."""
    found = window(period, zone(name), moment)

    assert found.starts <= moment < found.ends
    assert found.starts % QUARTER == found.ends % QUARTER == 0
    assert window(period, zone(name), found.ends).starts == found.ends


def test_what_has_no_end_is_one_window() -> None:
    """And a zone that does not exist is an error in both languages."""
    assert window("total", zone("UTC"), 5) == TOTAL
    with pytest.raises(YanmenError, match="time zone"):
        zone("Mars/Olympus")
    assert datetime.fromtimestamp(0, UTC).year == 1970
