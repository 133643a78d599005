"""Origins."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.intel.networks.origin import NOWHERE, Origin, asn, country, of_record


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"country": {"iso_code": "de"}, "registered_country": {"iso_code": "US"}}, Origin(country="DE")),
        ({"registered_country": {"iso_code": "US"}}, Origin(country="US")),
        (
            {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"},
            Origin(asn="AS64496", organisation="Example"),
        ),
        ({"country": "CN", "asn": "AS64500", "as_name": "One"}, Origin("CN", "AS64500", "One")),
        ({"is_tor_exit_node": True, "is_anonymous_vpn": False}, Origin(networks=("tor",))),
        ({"country": "Germany", "asn": "many"}, NOWHERE),
        (["DE"], NOWHERE),
    ],
)
def test_records_of_known_makers_are_read(record: Any, expected: Origin) -> None:
    """Field names of MaxMind, DB-IP and IPinfo; what is none is nothing."""
    assert of_record(record) == expected


def test_an_organisations_name_is_made_visible() -> None:
    """It is somebody else's text."""
    assert "\u202e" not in of_record({"as_name": "evil\u202ename"}).organisation


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("64496", "AS64496"),
        ("as1", "AS1"),
        (7, "AS7"),
        (0, ""),
        ("AS0", ""),
        (1 << 32, ""),
        ("x", ""),
        (True, ""),
    ],
)
def test_an_autonomous_system_is_a_number(said: object, expected: str) -> None:
    """32 bits, not 0."""
    assert asn(said) == expected


def test_a_country_is_two_letters() -> None:
    """In capitals."""
    assert [country(one) for one in ("de", "D", "DEU", "1A", 5)] == ["DE", "", "", "", ""]


def test_an_origin_names_what_a_ban_may_name() -> None:
    """Country, autonomous system, each list."""
    found = Origin("DE", "AS64496", "x", ("hosting", "tor"))

    assert [str(ref) for ref in found.refs] == ["country:DE", "asn:AS64496", "network:hosting", "network:tor"]
    assert found.data() == {"country": "DE", "asn": "AS64496", "networks": ["hosting", "tor"]}
    assert NOWHERE.refs == ()
    assert NOWHERE.data() == {}
