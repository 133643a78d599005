"""Package URLs, and addresses fit to show."""

from __future__ import annotations

import pytest

from yanmen.supply.purls import address, digests, node, npm, own, purl, pypi, python
from yanmen.supply.walk import UnreadError


def test_names_are_as_their_ecosystem_compares_them() -> None:
    """PEP 503 for Python; the scope of npm is part of the name."""
    component = python("Foo_Bar.baz", "1.0+cu12")

    assert (component.name, component.purl) == ("foo-bar-baz", "pkg:pypi/foo-bar-baz@1.0%2Bcu12")
    assert node("@scope/x", "1.0.0").purl == "pkg:npm/%40scope/x@1.0.0"
    assert npm("x") == "pkg:npm/x"


@pytest.mark.parametrize("name", ["", "a b", "-x", "x/../../y", "x" * 400])
def test_what_is_no_name_is_refused(name: str) -> None:
    """It is not passed on to whoever asks an index for it."""
    with pytest.raises(UnreadError):
        pypi(name)


@pytest.mark.parametrize("name", ["", "a/b", "@a/b/c", "a b"])
def test_what_is_no_name_of_npm_is_refused(name: str) -> None:
    """The same."""
    with pytest.raises(UnreadError):
        npm(name)


def test_a_project_is_in_no_registry() -> None:
    """A stranger's package of its name says nothing of it."""
    assert (own("pypi", "mine", "1").ecosystem, own("npm", "@a/b").facts) == ("", {"role": "project"})


def test_an_address_says_no_password() -> None:
    """Nor what is asked of it."""
    assert address("https://user:secret@host/a.whl?token=x#y") == "https://host/a.whl"
    assert address("https://[bad") == ""


def test_digests_of_one_file_are_its_hashes() -> None:
    """Those of many are not any one file's."""
    one, other = "sha256:" + "a" * 64, "sha256:" + "b" * 64

    assert digests([one, one]) == ({"sha256": "a" * 64}, {})
    assert digests([other, one, "sha256:zz"]) == ({}, {"digests": f"{one} {other}"})


def test_package_urls_are_canonical() -> None:
    """Qualifiers sorted, empty ones left out; nothing of nothing."""
    assert purl("deb", "x", "1", "debian", (("b", ""), ("arch", "amd64"))) == "pkg:deb/debian/x@1?arch=amd64"
    with pytest.raises(UnreadError):
        purl("generic", " ")
