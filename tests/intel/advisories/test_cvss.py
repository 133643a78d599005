"""CVSS v2 and v3. The examples are of the specifications' own documents (FIRST)."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Severity
from yanmen.intel.advisories.cvss import parsed, rated, score

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        # CVSS v2 guide, section 3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 6.4),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 9.2),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", 8.3),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", 4.9),
        # CVSS v3 examples: CVE-2015-8252, CVE-2013-1937, CVE-2014-0160, CVE-2014-6271, CVE-2009-0658
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
        (V31, 9.8),
        ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        # v3.1 user guide: rounding, and the scope that changes
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("CVSS:3.0/AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:H/E:H/RL:U/RC:U", 4.6),
        ("CVSS:3.1/AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:H/E:H/RL:U/RC:U", 4.6),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P/CR:L", 6.5),
    ],
)
def test_the_specifications_examples_hold(vector: str, expected: float) -> None:
    """Base, temporal and environmental scores."""
    assert score(vector) == expected


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "high",
        "CVSS:3.1/AV:N",
        V31 + "/AV:N",
        V31 + "/ZZ:N",
        V31.replace("C:H", "C:X"),
        "CVSS:9.9" + V31[8:],
        "A" * 9999,
    ],
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    """Never zero."""
    assert score(vector) is None


def test_the_gravest_of_several_counts_in_any_order() -> None:
    """Vectors of v3 and v4 before one of v2, whatever its score; a word only where no vector can be read."""
    two, three = "AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"
    ratings = [("CVSS_V2", two), ("CVSS_V3", three), ("CVSS_V3", "broken")]

    assert rated(ratings, ["low"]) == rated(reversed(ratings), ["low"])
    assert (rated(ratings).score, rated(ratings).severity) == (7.8, Severity.HIGH)
    assert rated(ratings[:1]).severity is Severity.HIGH
    assert rated([("CVSS_V3", V31)]).severity is Severity.CRITICAL


def test_words_where_there_is_no_vector() -> None:
    """GitHub's and Ubuntu's; a word that is not known is nothing."""
    assert rated([], ["MODERATE"]).severity is Severity.MEDIUM
    assert rated([("Ubuntu", "negligible")]).severity is Severity.LOW
    assert rated([], ["frightful"]).word == "unknown"


def test_a_metric_twice_makes_a_vector_unreadable() -> None:
    """Which of them counts nobody can say."""
    assert parsed("AV:N/AV:L") is None
    assert parsed("AV:N/AC:L/") == {"AV": "N", "AC": "L"}
