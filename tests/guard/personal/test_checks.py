"""Check digits and ranges, on numbers whose check is known."""

from __future__ import annotations

import pytest

from yanmen.guard.personal import checks


def test_an_identity_number_needs_region_date_and_check_character() -> None:
    """Each by itself makes it none."""
    assert checks.id_card("11010519491231002X")  # the specimen of GB 11643
    assert not checks.id_card("110105194912310021")
    assert not checks.id_card("110105194913310026")
    assert not checks.id_card("990105194912310029")


def test_a_foreigner_with_permanent_residence_has_a_number_of_the_same_kind() -> None:
    """It begins with 9 and a region."""
    assert checks.region("931156199001011234")
    assert not checks.region("999956199001011234")


def test_old_identity_numbers_have_a_region_and_a_date() -> None:
    """They have no check digit."""
    assert checks.old_id_card("130503670401001")
    assert not checks.old_id_card("130503671301001")


def test_credit_codes_of_the_register() -> None:
    """One that is published; and with a digit changed."""
    assert checks.credit_code("91110000802100433B")
    assert not checks.credit_code("91110000802100434B")
    assert not checks.credit_code("91110000802100433I")


@pytest.mark.parametrize(
    ("digits", "chinese", "brand"),
    [
        ("6222021234567890128", True, False),
        ("6222021234567890127", False, False),
        ("4111111111111111", False, True),
        ("378282246310005", False, True),
        ("5555555555554444", False, True),
        ("6011111111111117", False, True),
        ("30569309025904", False, True),
        ("3530111333300000", False, True),
        ("1234567812345670", False, False),
        ("0000000000000000", False, False),
    ],
)
def test_cards_have_a_range_a_length_and_a_check_digit(digits: str, chinese: bool, brand: bool) -> None:
    """The test numbers of the brands."""
    assert checks.chinese_card(digits) is chinese
    assert checks.credit_card(digits) is brand


def test_an_iban_is_as_long_as_its_country_says() -> None:
    """What follows is not of it."""
    assert checks.iban("DE89370400440532013000") == 22
    assert checks.iban("DE89370400440532013000ANDMORE") == 22
    assert checks.iban("DE88370400440532013000") == 0
    assert checks.iban("XX89370400440532013000") == 0


def test_social_security_numbers_that_are_never_issued() -> None:
    """Areas, groups, serials and specimens."""
    assert checks.ssn("536904399")
    for digits in ("000904399", "666904399", "936904399", "536004399", "536900000", "078051120"):
        assert not checks.ssn(digits)


def test_identity_numbers_of_hong_kong_and_taiwan() -> None:
    """Their check digits."""
    assert checks.hong_kong_id("G123456A")
    assert not checks.hong_kong_id("G1234561")
    assert checks.hong_kong_id("AB9876543")
    assert checks.taiwan_id("A123456789")
    assert not checks.taiwan_id("A123456788")


def test_addresses_of_machines_that_are_somebodys() -> None:
    """Loopback, masks and fingerprints are nobody's."""
    assert str(checks.ip("8.8.4.4")) == "8.8.4.4"
    for text in ("127.0.0.1", "255.255.255.0", "0.0.0.9", "256.1.1.1", "::1", "01.2.3.4"):
        assert checks.ip(text) is None
    assert checks.mac("00:1a:2b:3c:4d:5e")
    assert not checks.mac("00:1a-2b:3c:4d:5e")
    assert not checks.mac("ff:ff:ff:ff:ff:ff")


def test_places_are_degrees() -> None:
    """Past the poles there is nothing."""
    assert checks.place(39.9, 116.4)
    assert not checks.place(99.9, 116.4)
    assert checks.plain("１1-a（") == "1A"
