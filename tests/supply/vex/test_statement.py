"""One statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import DAY, SECOND
from yanmen.supply.vex.statement import Product, Statement, justified, product, time_of


def _covers(said: str, purl: str) -> bool:
    found = product(said)
    assert found is not None
    return found.covers(purl)


@pytest.mark.parametrize(
    ("said", "purl", "covered"),
    [
        ("pkg:pypi/pyyaml", "pkg:pypi/PyYAML@5.1", True),
        ("pkg:pypi/pyyaml@5.1", "pkg:pypi/pyyaml@5.1", True),
        ("pkg:pypi/pyyaml@5.1", "pkg:pypi/pyyaml@5.1.0", True),
        ("pkg:pypi/pyyaml@5.1", "pkg:pypi/pyyaml@5.1.1", False),
        ("pkg:pypi/pyyaml@5.1", "pkg:pypi/pyyaml", False),
        ("pkg:pypi/pyyaml", "pkg:npm/pyyaml@5.1", False),
        ("pkg:npm/%40scope/name", "pkg:npm/%40scope/name@1.0.0", True),
        ("pkg:npm/name", "pkg:npm/%40scope/name@1.0.0", False),
        ("pkg:pypi/x?vers=vers:pypi/%3E%3D1.0%7C%3C2.0", "pkg:pypi/x@1.10", True),
        ("pkg:pypi/x?vers=vers:pypi/%3E%3D1.0%7C%3C2.0", "pkg:pypi/x@2.0", False),
        ("pkg:pypi/x?vers=vers:pypi/%3E%3D1.0%7C%3C2.0", "pkg:pypi/x", False),
        ("pkg:pypi/x?vers=vers:npm/%3E%3D1.0.0", "pkg:pypi/x@1.10", False),
        ("pkg:deb/debian/zlib?distro=debian-12", "pkg:deb/debian/zlib@1.2?arch=amd64&distro=debian-12", True),
        ("pkg:deb/debian/zlib?distro=debian-12", "pkg:deb/debian/zlib@1.2?distro=debian-11", False),
        ("pkg:pypi/x@nonsense version", "pkg:pypi/x@1", False),
    ],
)
def test_a_product_covers_a_component(said: str, purl: str, covered: bool) -> None:
    """By name, by version as its ecosystem compares it, by range."""
    assert _covers(said, purl) is covered


@pytest.mark.parametrize(
    "purl", ["", "pyyaml", "pkg:", "pkg:pypi/x?vers=vers:pypi/nonsense^", "pkg:pypi/x?vers=vers:none/1"]
)
def test_what_is_no_product_is_none(purl: str) -> None:
    """A name alone, or a range that cannot be read."""
    assert product(purl) is None


def _stated(**fields: object) -> Statement:
    given = {
        "vulnerability": "CVE-1",
        "products": (Product(purl="pkg:pypi/x"),),
        "status": "not_affected",
        "at": DAY,
    }
    return Statement(**(given | fields))  # type: ignore[arg-type]


def test_what_takes_findings_away_ends() -> None:
    """After the days that are usual where it does not say; what warns has no end."""
    assert _stated().until(10) == 11 * DAY
    assert _stated(expires=5 * DAY).until(10) == 5 * DAY
    assert _stated(status="affected").until(10) == 0


def test_the_reason_is_the_word_and_the_text() -> None:
    """Fixed is a reason by itself."""
    assert _stated(justification="a", impact="b").reason == "a: b"
    assert _stated().reason == ""
    assert _stated(status="fixed").reason == "fixed"


def test_it_concerns_any_of_its_ids() -> None:
    """In any case."""
    one = _stated(aliases=("ghsa-x",))

    assert one.concerns("pkg:pypi/x@1", {"GHSA-X"})
    assert not one.concerns("pkg:pypi/x@1", {"CVE-2"})
    assert not one.concerns("pkg:pypi/y@1", {"CVE-1"})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-02T00:00:00Z", DAY),
        ("1970-01-02T01:00:00+01:00", DAY),
        ("1970-01-02", DAY),
        ("1969-01-01", 0),
        ("x", 0),
        (7, 0),
        ("1970-01-01T00:00:01.5Z", SECOND),
    ],
)
def test_times_are_read_with_their_zone(text: object, at: int) -> None:
    """Without one it is UTC; what is none is nought."""
    assert time_of(text) == at


def test_a_justification_is_one_of_a_few_words() -> None:
    """Another is none."""
    assert justified("component_not_present") == "component_not_present"
    assert justified("because") == justified(None) == justified(["x"]) == ""


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_matching_fail(one: str, other: str) -> None:
    """Whatever stands there."""
    found = product(f"pkg:pypi/x?vers={one}") or product(f"pkg:{one}")

    assert found is None or found.covers(f"pkg:pypi/x@{other}") in {True, False}
