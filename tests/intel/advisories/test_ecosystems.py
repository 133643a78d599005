"""Ecosystems by their OSV names."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.intel.advisories.ecosystems import ecosystem, place, release


@pytest.mark.parametrize(
    ("given", "name", "same"),
    [
        ("PyPI", "Zope.Interface", ("pypi", "zope-interface")),
        ("Packagist", "Symfony/HTTP-Kernel", ("packagist", "symfony/http-kernel")),
        ("AI", "Open_WebUI", ("AI", "open webui")),
        ("Debian:12", "openssl", ("Debian", "openssl")),
    ],
)
def test_one_package_has_one_place(given: str, name: str, same: tuple[str, str]) -> None:
    """However it is written."""
    assert place(given, name) == place(*same)


@pytest.mark.parametrize(
    "pair", [("npm", "JSONStream", "jsonstream"), ("Go", "github.com/A/b", "github.com/a/b")]
)
def test_where_case_tells_packages_apart_it_is_kept(pair: tuple[str, str, str]) -> None:
    """Old packages of npm; modules of Go."""
    assert place(pair[0], pair[1]) != place(pair[0], pair[2])


def test_releases_of_distributions() -> None:
    """A long-term release is that release; Red Hat speaks in CPEs."""
    assert release("Ubuntu:22.04:LTS") == release("Ubuntu:22.04") == "22.04"
    assert release("Ubuntu:Pro:18.04:LTS") == "Pro:18.04"
    assert release("Red Hat:enterprise_linux:9::appstream") == release("Red Hat:9") == "9"
    assert release("Red Hat:rhel_eus:8.6::baseos") == "8"
    assert release("npm") == ""


def test_one_that_is_not_known_has_no_order() -> None:
    """Its versions can only be told where they are listed."""
    assert ecosystem("Bitnami").order is None
    assert ecosystem("Bitnami").name == "Bitnami"


_PIECES = st.sampled_from(
    "0 1 2 9 10 01 007 a b z rc alpha beta pre dev post snapshot final ga sp p r + - . _ ~ ^ : v x * 1.0 -r1 _p2 .rc1".split()
)
TEXTS = st.lists(_PIECES, min_size=1, max_size=7).map("".join)
ORDERS = ("PyPI", "npm", "Maven", "NuGet", "RubyGems", "Packagist", "Debian", "Alpine", "SUSE")


@pytest.mark.parametrize("name", ORDERS)
def test_every_order_is_total(name: str) -> None:
    """Of any three that it takes: one way round, the same both ways, and no circle. Whatever it does not take is a ValueError."""
    order = ecosystem(name).order
    assert order is not None

    @settings(max_examples=400, deadline=None)
    @given(texts=st.tuples(TEXTS, TEXTS, TEXTS))
    def check(texts: tuple[str, str, str]) -> None:
        try:
            one, two, three = (order(text) for text in texts)
        except ValueError:
            return
        assert [one < two, one == two, two < one].count(True) == 1
        assert not (one < two < three) or one < three
        assert not (one == two == three) or one == three
        assert not (one == two and two < three) or one < three

    check()


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize(
    "text",
    [
        "1" * 499 + "!",
        "1." * 240 + "!",
        "1.0beta" + "1" * 480 + "!",
        "1" + "-a" * 240 + "!",
        "1" + "_p1" * 160 + "!",
        "١.٢",
    ],
)
def test_no_text_keeps_an_order_busy(name: str, text: str) -> None:
    """Whether it takes it or not, it is done within the test's time; digits of other scripts are none."""
    order = ecosystem(name).order
    assert order is not None

    with suppress(ValueError):
        assert order(text) == order(text)
