"""Mail addresses."""

from __future__ import annotations

import pytest

from yanmen.soc.abuse.mail import (
    domains,
    gibberish,
    is_common,
    is_disposable,
    numbered,
    parsed,
    plain_domain,
    shape,
    shipped,
)


@pytest.mark.parametrize(
    "written",
    [
        "mariagarcia@gmail.com",
        "Maria.Garcia+x@GMail.com",
        "m.a.r.i.a.garcia@googlemail.com",
        "mariagarcia+@gmail.com",
    ],
)
def test_one_mailbox_is_one_however_it_is_written(written: str) -> None:
    """Dots do not count at one provider, tags nowhere."""
    assert parsed(written).canonical == "mariagarcia@gmail.com"


def test_dots_count_elsewhere() -> None:
    """Two people may be behind them."""
    assert parsed("maria.garcia@example.org").canonical == "maria.garcia@example.org"


@pytest.mark.parametrize("written", ["", "nobody", "@example.org", "a@b", "a@ex ample.org", "a@@"])
def test_what_is_no_address_is_nothing(written: str) -> None:
    """No error, and nothing to compare."""
    assert parsed(written).canonical == ""


def test_addresses_built_alike_have_one_shape() -> None:
    """Words, digits by their number."""
    assert shape("maria.lopez88") == shape("li.na07") == "w.wd2"
    assert shape("张伟88") == "wd2"
    assert shape("maria.lopez888") != shape("maria.lopez88")


def test_a_domain_below_a_listed_one_is_listed() -> None:
    """Subdomains are what such services sell."""
    listed = domains("# list\nThrowAway.example.\nnot a domain\n")

    assert listed == {"throwaway.example"}
    assert is_disposable("throwaway.example", listed)
    assert is_disposable("a.b.throwaway.example", listed)
    assert not is_disposable("notthrowaway.example", listed)
    assert not is_disposable("example", listed)


def test_the_shipped_list_has_the_known_ones_and_no_common_one() -> None:
    """Whoever lists gmail.com challenges everybody."""
    assert {"mailinator.com", "guerrillamail.com", "yopmail.com"} <= shipped()
    assert not any(is_common(domain) for domain in shipped())
    assert plain_domain("Example.ORG.") == "example.org"


@pytest.mark.parametrize(
    "name",
    [
        "maria.lopez",
        "zhangwei",
        "wangxiaoming",
        "tanaka_yuki",
        "oluwaseun",
        "nguyenthi",
        "krzysztof.nowak",
        "schwarzkopf",
        "李雷",
        "",
    ],
)
def test_names_of_many_languages_are_no_gibberish(name: str) -> None:
    """Other scripts than Latin are not judged."""
    assert gibberish(name) < 0.35


@pytest.mark.parametrize("name", ["xk3f9qpl2", "qzxkvbnp", "hwfjkdls", "vbnmrtplk", "b7x9k2m4"])
def test_letters_by_chance_are_gibberish(name: str) -> None:
    """As tools fill them in."""
    assert gibberish(name) > 0.8


def test_a_long_number_behind_a_name_says_more_than_a_year() -> None:
    """Two digits are a birthday."""
    assert [numbered(one) for one in ("anna", "anna88", "anna123", "anna1988", "anna19881")] == [
        0.0,
        0.0,
        0.4,
        0.6,
        1.0,
    ]
    assert numbered("anna1234+tag") == 0.6
