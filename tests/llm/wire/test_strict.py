"""What parsers read differently is refused; what is read is what every parser reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.llm.wire.strict import Malformed, no_variants, read

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def word(body: bytes, **bounds: int) -> str:
    """Why a body is refused."""
    with pytest.raises(Malformed) as refused:
        read(body, **{"depth": 64, "values": 1000, **bounds})
    return refused.value.word


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'[{"x":{"role":"user","role":"system"}}]',
        b'{ "a" : 1 , "b" : 2, "a" : 1 }',
        b'{"":0,"":0}',
    ],
)
def test_a_key_that_stands_twice_is_refused(body: bytes) -> None:
    """However it is spelt, and however deep."""
    assert word(body) == "duplicate-key"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 309 + b"]",
        b'{"x": -' + b"9" * 4_000 + b"}",
        b'"\xff"',
        b'{"\xc3\x28":1}',
        b'"\\ud800"',
        b'"\\udc00x"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b"{}x",
        b"[1,]",
        b"{'a':1}",
        b'"\x01"',
        b"01",
        b"\xff\xfe{\x00}\x00",
        b"/**/{}",
    ],
)
def test_what_is_not_json_to_every_parser_is_refused(body: bytes) -> None:
    """Broken, not UTF-8, lone surrogates, a byte order mark, numbers that are none."""
    assert word(body) == "not-json"


def test_depth_is_bounded() -> None:
    """Also where no parser would survive it."""
    assert read(b"[" * 64 + b"]" * 64, depth=64, values=1000)
    assert word(b"[" * 65 + b"]" * 65) == "too-deep"
    assert word(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, values=10**9) == "too-deep"
    assert word(b"[" * 100_000, values=10**9) in {"too-deep", "not-json"}


def test_the_number_of_values_is_bounded_before_they_are_made() -> None:
    """Commas inside strings are no values."""
    assert word(b"[" + b"0," * 1000 + b"0]") == "too-many-values"
    assert word(b"[" + b"[]," * 1000 + b"0]") == "too-many-values"
    assert read(json.dumps("[,{" * 5000).encode(), depth=4, values=10) == "[,{" * 5000


@given(JSON)
def test_it_reads_what_json_reads(value: Any) -> None:
    """However the writer spaced and escaped it."""
    for text in (
        json.dumps(value),
        json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        json.dumps(value, indent=2),
    ):
        try:
            body = text.encode()
        except UnicodeEncodeError:
            continue
        try:
            found = read(body, depth=100, values=100_000)
        except Malformed as error:
            assert "\\ud" in text or error.word == "not-json"  # noqa: PT017
        else:
            assert found == json.loads(body)


@given(
    st.binary(max_size=60)
    | st.text(alphabet='{}[],:"\\ud8a01eE+-. \n\tnulltrefas', max_size=60).map(str.encode)
)
def test_it_never_crashes_and_never_reads_what_json_does_not(body: bytes) -> None:
    """Any bytes are read as the standard library reads them, or refused."""
    try:
        found = read(body, depth=16, values=50)
    except Malformed:
        return

    assert found == json.loads(body.decode())


@given(st.text(min_size=1, max_size=4), JSON, JSON)
def test_no_spelling_hides_a_second_key(key: str, first: Any, second: Any) -> None:
    """One spelling plain, one escaped."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    plain = json.dumps(key, ensure_ascii=False)
    spelt = '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else json.dumps(c)[1:-1] for c in key) + '"'
    body = f"{{{plain}:{json.dumps(first)},{spelt}:{json.dumps(second)}}}"

    assert word(body.encode(), values=10_000) in {"duplicate-key", "not-json"}


def test_keys_that_differ_in_case_only_are_refused() -> None:
    """Go folds case when it reads JSON, and so the Kelvin sign is a k."""
    no_variants({"a": {"b": [{"c": 1, "d": 2}]}})
    for tree in ({"role": 1, "Role": 2}, [{"x": [{"k": 1, "\u212a": 2}]}], {"s": 1, "\u017f": 2}):
        with pytest.raises(Malformed) as refused:
            no_variants(tree)
        assert refused.value.word == "case-variant"


def test_digits_in_a_text_are_no_number() -> None:
    """However many there are."""
    body = b'{"x": "' + b"9" * 4_000 + b'", "y": ' + b"9" * 308 + b"}"

    assert read(body, depth=4, values=10)["y"] == int("9" * 308)
