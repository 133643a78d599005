"""Rows of JSON Lines, arrays and CSV; what is malformed is named, and reading goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.reading.opening import Reader, UnreadError
from yanmen.supply.datasets.reading.records import (
    Malformed,
    Record,
    header,
    json_array,
    json_lines,
    separated,
)
from yanmen.supply.targets import Artifact

BOUNDS = Bounds(record=5_000, columns=50)
VALUES = st.dictionaries(
    st.text(max_size=5), st.one_of(st.text(), st.integers(), st.booleans(), st.none()), max_size=4
)


def _reader(data: str | bytes) -> Reader:
    return Reader(Artifact.held("x", data.encode() if isinstance(data, str) else data), 1 << 24)


def _array(data: str, bounds: Bounds = BOUNDS) -> list[Record | Malformed]:
    return list(json_array(_reader(data), bounds))


def test_json_lines_name_their_malformed_rows() -> None:
    """By line; empty lines count as lines."""
    rows = list(json_lines(_reader('{"a": 1}\n\n{broken\n[1]\n"text"\n{"a": NaN}\n'), BOUNDS))

    assert rows[0] == Record(1, {"a": 1})
    assert [(row.line, type(row)) for row in rows[1:]] == [
        (3, Malformed),
        (4, Malformed),
        (5, Record),
        (6, Malformed),
    ]
    assert rows[3] == Record(5, {"text": "text"})


def test_a_deep_value_is_malformed_and_the_next_row_is_read() -> None:
    """A hundred thousand brackets."""
    deep = '{"a": ' + "[" * 2_000 + "]" * 2_000 + "}"
    bounds = Bounds(record=1 << 20)
    rows = list(json_lines(_reader(f'{{"a": {"[" * 100_000}\n{deep}\n{{"b": 1}}\n'), bounds))

    assert isinstance(rows[0], Malformed)
    assert rows[-1] == Record(3, {"b": 1})


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=12), st.booleans())
def test_an_array_says_the_same_as_json(values: list[dict[str, Any]], pretty: bool) -> None:
    """However it is spaced, inside an object or not."""
    text = json.dumps(values, indent=2 if pretty else None, ensure_ascii=not pretty)

    assert [row.values for row in _array(text) if isinstance(row, Record)] == values
    wrapped = f'{{"version": 1, "note": [1, 2], "data": {text}}}'
    assert [row.values for row in _array(wrapped) if isinstance(row, Record)] == values


def test_an_array_larger_than_its_window_is_streamed() -> None:
    """Lines are those where the rows begin."""
    rows = _array(
        "[\n" + ",\n".join(json.dumps({"n": place, "t": "x" * 900}) for place in range(500)) + "\n]"
    )

    assert [row.line for row in rows] == list(range(2, 502))
    assert [row.values["n"] for row in rows if isinstance(row, Record)] == list(range(500))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1}, {"a": ', "malformed"),
        ('[{"a": 1}, {"a": }, {"a": 2}]', "malformed"),
        ('[{"a": 1}', "malformed"),
        ('[{"a": 1}, {"a": "' + "x" * 200_000, "too-large"),
        ('{"version": 1}', "unsupported"),
        ("[" * 100_000, "malformed"),
    ],
)
def test_a_broken_array_ends_with_its_reason(text: str, reason: str) -> None:
    """The rows before it have been given."""
    with pytest.raises(UnreadError, match=reason):
        _array(text)


def test_csv_with_and_without_header() -> None:
    """Columns without names are numbered."""
    named = list(separated(_reader('label,text\n1,"a ""b"", c"\n0,"two\nlines"\n1,x\n'), BOUNDS))
    bare = list(separated(_reader("so good\t1\nso bad\t0\n"), BOUNDS))

    assert named == [
        Record(2, {"label": "1", "text": 'a "b", c'}),
        Record(3, {"label": "0", "text": "two\nlines"}),
        Record(5, {"label": "1", "text": "x"}),
    ]
    assert bare == [
        Record(1, {"column1": "so good", "column2": "1"}),
        Record(2, {"column1": "so bad", "column2": "0"}),
    ]


def test_csv_names_rows_with_other_numbers_of_fields() -> None:
    """And goes on."""
    rows = list(separated(_reader("text,label\na,1\nb\nc,1,2\nd,0\n"), BOUNDS))

    assert [(row.line, isinstance(row, Record)) for row in rows] == [
        (2, True),
        (3, False),
        (4, False),
        (5, True),
    ]


def test_a_field_that_claims_a_gigabyte_is_malformed() -> None:
    """A quotation mark that is never closed: no more than a bounded field is held."""
    text = 'text,label\n"' + "x,1\n" * 200_000
    rows = list(separated(_reader(text), Bounds()))

    assert isinstance(rows[0], Malformed)
    assert len(rows) > 1


def test_ten_million_columns_are_one_row_too_large() -> None:
    """Ten million separators in a line; the rows after it are read."""
    rows = list(separated(_reader("text,label\n" + "," * 10_000_000 + "\na,1\n"), Bounds()))

    assert rows == [
        Malformed(2, "longer than 4194304 characters", "too-large"),
        Record(3, {"text": "a", "label": "1"}),
    ]
    wide = list(separated(_reader("text,label\n" + "," * 2_000 + "\na,1\n"), Bounds()))
    assert wide[0] == Malformed(2, "more than 1000 columns", "too-large")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b'{"')
@example(b'{"a":')
@example(b'{"a":NaN}')
@example(b"[" + b"9" * 5_000 + b"]")
def test_no_bytes_make_a_reader_fail(data: bytes) -> None:
    """Rows, malformed rows or a reason; nothing else."""
    for read in (json_lines, json_array, separated):
        reasons = {"malformed", "too-large", "unsupported", "unreadable"}
        try:
            assert all(isinstance(row, Record | Malformed) for row in read(_reader(data), BOUNDS))
        except UnreadError as error:
            reasons.remove(error.reason)


def test_a_header_is_told_from_a_row() -> None:
    """By known names, or by short names that are no numbers."""
    assert header(["Label", "whatever it is"]) == (["Label", "whatever it is"], True)
    assert header(["utterance", "intent"])[1]
    assert not header(["3", "Fears for pension after talks"])[1]
    assert not header(["so good", "so bad"])[1]
