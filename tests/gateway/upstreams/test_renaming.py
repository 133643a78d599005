"""A model by another name, and nothing else by another byte."""

from __future__ import annotations

import json

import pytest

from yanmen.gateway.upstreams.renaming import renamed

JSON = b"application/json"
FORM = b'multipart/form-data; boundary="b0"'


def form(*fields: tuple[str, bytes]) -> bytes:
    """A form as clients write it."""
    parts = [
        b'--b0\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
        for name, value in fields
    ]
    return b"".join(parts) + b"--b0--\r\n"


def test_json_keeps_the_bytes_of_every_other_value() -> None:
    """Numbers as written, escapes as written."""
    body = b'{"n":1.00,"model":"a","t":"\\u4f60","deep":{"model":"a"}}'

    assert renamed(body, "a", 'b"c', JSON) == body.replace(b'"model":"a","t"', b'"model":"b\\"c","t"')


def test_ollama_may_say_name() -> None:
    """In ``/api/show``."""
    assert json.loads(renamed(b'{"name":"a"}', "a", "b", JSON)) == {"name": "b"}
    assert json.loads(renamed(b"{}", "a", "b", JSON)) == {"model": "b"}


def test_a_form_names_it_in_its_field_and_a_file_that_looks_like_one_stays() -> None:
    """Audio is sent so."""
    fake = b'x; name="model"\r\n\r\na\r\n--bX'
    body = form(("file", fake), ("model", b"a"), ("language", b"a"))

    assert renamed(body, "a", "whisper", FORM) == form(
        ("file", fake), ("model", b"whisper"), ("language", b"a")
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[1]", JSON),
        (b"no json", JSON),
        (form(("model", b"other")), FORM),
        (form(("model", b"a"), ("model", b"a")), FORM),
        (form(("model", b"a")), b"multipart/form-data"),
    ],
)
def test_what_does_not_name_it_once_is_not_guessed_at(body: bytes, kind: bytes) -> None:
    """The call is refused instead."""
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it says
        renamed(body, "a", "b", kind)
