"""One requirement of Python."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.requirement import component, needed, parsed, version_in
from yanmen.supply.walk import UnreadError


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("a==1.0", "1.0"),
        ("a===1.0-custom", "1.0-custom"),
        ("a==1.*", ""),
        ("a>=1", ""),
        ("a (==2.0)", "2.0"),
        ("a[x] (>=1,==2.0) ; python_version > '3'", "2.0"),
        ("a @ https://h/a-3.1-py3-none-any.whl", "3.1"),
        ("a @ https://h/a-3.1.tar.gz#sha256=x", "3.1"),
        ("a @ git+https://h/a", ""),
    ],
)
def test_a_version_is_known_where_only_one_will_do(text: str, version: str) -> None:
    """A range is none."""
    assert component(text).version == version


def test_markers_and_extras_are_kept() -> None:
    """They say when it is asked for."""
    found = component("A_b[y,x]>=1; sys_platform == 'win32'")

    assert found.name == "a-b"
    assert found.constraint == ">=1"
    assert found.facts == {"extras": "x,y", "marker": 'sys_platform == "win32"'}


def test_an_error_shows_no_password() -> None:
    """Of an address that could not be understood."""
    with pytest.raises(UnreadError) as error:
        parsed("a b @ https://user:secret@host/")

    assert "secret" not in error.value.detail


def test_what_only_an_extra_needs_is_not_needed() -> None:
    """The old form with parentheses is understood: tools have left such needs out (anchore/syft#4401)."""
    assert needed(["Werkzeug (>=0.15)", "click>=5", "x; extra == 'dev'", "!"]) == (
        "pkg:pypi/click",
        "pkg:pypi/werkzeug",
    )


def test_versions_in_addresses() -> None:
    """No name of a file that follows the rules: no version."""
    assert version_in("https://h/nonsense.whl") == ""


@given(st.text(max_size=80))
def test_any_text_is_a_requirement_or_an_unread_error(text: str) -> None:
    """Nothing else."""
    with contextlib.suppress(UnreadError):
        component(text)
