"""Forms are read so that every reader reads the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.llm.wire import forms
from yanmen.llm.wire.strict import Malformed

KIND = 'multipart/form-data; boundary="XyZ"'


def part(name: str = "prompt", value: bytes = b"hi", more: bytes = b"") -> bytes:
    """A part."""
    return b'--XyZ\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (
        name.encode(),
        more,
        value,
    )


END = b"--XyZ--\r\n"
FILE = part("file", b"\x00\r\n\xff", b'; filename="a b.wav"\r\nContent-Type: audio/wav')


def test_texts_and_files_are_read_by_their_names() -> None:
    """A name that may stand often has a list."""
    tree = forms.read(part() + FILE + part("x[]", b"1") + part("x[]", b"2") + END, KIND, {"x[]"})

    assert tree == {
        "prompt": "hi",
        "file": {"filename": "a b.wav", "type": "audio/wav", "data": b"\x00\r\n\xff"},
        "x[]": ["1", "2"],
    }
    assert forms.read(forms.write(tree, KIND), KIND, {"x[]"}) == tree


@pytest.mark.parametrize(
    "body",
    [
        b"",
        END,
        b"preamble\r\n" + part() + END,
        part() + END + b"epilogue",
        part(),
        part().replace(b"\r\n", b"\n") + END,
        part() + part() + END,
        part(more=b"\r\nContent-Transfer-Encoding: base64") + END,
        part(more=b"\r\nContent-Disposition: form-data; name=x") + END,
        part(more=b"; filename*=utf-8''x") + END,
        part(more=b'; name="other"') + END,
        part('a"; name="b') + END,
        part("a\\") + END,
        part(value=b"\xff") + END,
        part(more=b"\r\nContent-Type: text/plain; charset=utf-16") + END,
        part(more=b"\r\n folded: x") + END,
        b'--XyZ\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n' + END,
        b"".join(part(f"n{number}") for number in range(100)) + END,
    ],
)
def test_what_readers_read_differently_is_refused(body: bytes) -> None:
    """Another name, another text, another end: whoever finds one walks past every rule."""
    with pytest.raises(Malformed):
        forms.read(body, KIND, ())


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=a b",
        'multipart/form-data; boundary="a',
        "multipart/form-data; boundary=" + "a" * 71,
        "multipart/form-data; boundary*=utf-8''a",
    ],
)
def test_there_is_one_boundary_or_none(kind: str) -> None:
    """Told in one way."""
    with pytest.raises(Malformed):
        forms.boundary(kind)
    assert forms.boundary("multipart/form-data; boundary=aB-9") == "aB-9"


def test_a_field_that_holds_the_boundary_is_not_written() -> None:
    """It would begin a part of its own."""
    with pytest.raises(Malformed):
        forms.write({"a": 'x\r\n--XyZ\r\nContent-Disposition: form-data; name="b"\r\n\r\ny'}, KIND)


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([part(), FILE, END, b"\r\n", b"--XyZ"])).map(b"".join)
)
def test_no_bytes_crash_it(body: bytes) -> None:
    """They are read or refused; what is read is written as it was."""
    try:
        tree = forms.read(body, KIND, ())
    except Malformed:
        return
    assert forms.read(forms.write(tree, KIND), KIND, ()) == tree
