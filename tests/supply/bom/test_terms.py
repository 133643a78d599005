"""Terms of both forms."""

from __future__ import annotations

import pytest

from yanmen.supply.bom.terms import digests, facts, licensed, type_of, web
from yanmen.supply.purls import own, python


def test_licences() -> None:
    """An id only where it is one of SPDX's list."""
    assert licensed(python("x", licences=("MIT License",))).id == "MIT"
    assert licensed(
        python("x", licences=("GPL-2.0-only WITH Classpath-exception-2.0",))
    ).expression.startswith("GPL-2.0-only WITH")
    assert licensed(python("x", licences=("a", "a", " "))).names == ("a",)
    assert licensed(python("x")) == ("", "", ())


def test_digests_of_the_right_length() -> None:
    """Others would make the bill invalid."""
    assert digests(
        python("x", hashes={"sha256": "ab" * 32, "sha1": "ab", "crc": "00", "md5": "zz" * 16})
    ) == [("sha256", "ab" * 32)]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("https://a.b/c?d#e", True),
        ("git+https://a/b", True),
        ("https://a b", False),
        ("https://a/%zz", False),
        ("x", False),
    ],
)
def test_addresses(text: str, known: bool) -> None:
    """Only those that every reader takes."""
    assert bool(web(text)) is known


def test_what_it_is_and_what_else() -> None:
    """Facts that have no field."""
    assert (type_of(own("pypi", "x")), type_of(python("x"))) == ("application", "library")
    assert facts(python("x", direct=True, facts={"marker": "m", "also": "y"})) == [
        ("how", "declared"),
        ("ecosystem", "PyPI"),
        ("direct", "true"),
        ("scope", "run"),
        ("fact:marker", "m"),
    ]
