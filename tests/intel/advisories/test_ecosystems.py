"""Ecosystems by their OSV names."""

from __future__ import annotations

import pytest

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
