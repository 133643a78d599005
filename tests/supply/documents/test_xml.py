"""XML without document types."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.documents.xml import parsed_xml
from yanmen.supply.walk import UnreadError

LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %s "%s">' % (bytes([98 + n]), b"&%s;" % bytes([97 + n]) * 10) for n in range(9))
    + b"]><a>&j;</a>"
)
FETCHES = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def test_elements_their_text_and_lines() -> None:
    """Whatever their namespace."""
    top = parsed_xml(b'<p xmlns="urn:x">\n<d a="1"><n> b </n></d>\n<d/></p>')

    assert top.name == "p"
    assert [one.line for one in top.all("d")] == [2, 3]
    assert (top.say("d", "n"), top.say("x"), top.all("d")[0].attributes) == ("b", "", {"a": "1"})


@pytest.mark.parametrize("data", [LAUGHS, FETCHES])
def test_entities_are_refused(data: bytes) -> None:
    """Before any is known."""
    with pytest.raises(UnreadError, match="unsupported"):
        parsed_xml(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"<a>" * 10_000, "too-large"), (b"", "malformed"), (b"<a>", "malformed"), (b"\xff", "malformed")],
)
def test_what_is_no_xml(data: bytes, reason: str) -> None:
    """Or nests too deep."""
    with pytest.raises(UnreadError, match=reason):
        parsed_xml(data)


@given(st.text(alphabet="<>/a='\"!&;[] ", max_size=40))
def test_any_text_is_xml_or_an_unread_error(text: str) -> None:
    """Nothing else."""
    with contextlib.suppress(UnreadError):
        parsed_xml(text.encode())
