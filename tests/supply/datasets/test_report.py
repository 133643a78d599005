"""Every result says what it does not exclude."""

from __future__ import annotations

import re

from yanmen.supply.datasets.report import LIMITS, DatasetReport


def test_the_limits_stand_in_every_result_in_both_languages() -> None:
    """Clean labels and style first."""
    assert DatasetReport().limits == LIMITS
    assert "Clean-label" in LIMITS[0].en
    assert "style triggers" in LIMITS[1].en
    assert all(re.search(r"[\u4e00-\u9fff]", limit.zh) for limit in LIMITS)
