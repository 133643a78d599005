"""The usual shapes of rows, and those that are none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.datasets.shapes import cut, plain, row_of, shape_of, turns_of

TURNS = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "See you"},
]
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.binary(max_size=5)),
    lambda each: st.one_of(
        st.lists(each, max_size=4), st.dictionaries(st.text(max_size=8), each, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("record", "name", "asked", "answered"),
    [
        ({"instruction": "Do", "input": "this", "output": "done"}, "instruction", "Do\nthis", "done"),
        ({"prompt": "Q", "completion": "A"}, "completion", "Q", "A"),
        ({"question": "Q", "answer": "A"}, "question", "Q", "A"),
        ({"messages": TURNS}, "messages", "Hi\nBye", "Hello\nSee you"),
        (
            {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
            "messages",
            "Q",
            "A",
        ),
        ({"prompt": "Q", "chosen": "A", "rejected": "B"}, "preference", "Q", "A"),
        ({"Text": "T", "id": 3}, "text", "T", ""),
        ({"text": "T"}, "text", "T", ""),
    ],
)
def test_shapes_are_recognised(record: dict[str, Any], name: str, asked: str, answered: str) -> None:
    """By their columns."""
    shape = shape_of([record])
    row = row_of(shape, 1, 0, record, 100)

    assert (shape.name, row.asked, row.answered) == (name, asked, answered)


def test_a_label_has_few_values() -> None:
    """One value in the first rows is enough where the column has a known name; one for each row is none."""
    sorted_rows = [{"text": f"t{place}", "label": 1} for place in range(40)]
    unique = [{"text": f"t{place}", "label": f"l{place}"} for place in range(40)]

    assert shape_of(sorted_rows).label == "label"
    assert shape_of(unique).label == ""


def test_columns_without_known_names_are_examined_as_texts() -> None:
    """The label is whatever has few values."""
    records = [{"c1": f"some longer text {place}", "c2": place % 2, "c3": place} for place in range(40)]
    shape = shape_of(records)

    assert (shape.name, shape.asked, shape.label) == ("labelled", ("c1",), "c2")
    assert row_of(shape, 1, 0, records[1], 100).label == "1"


def test_both_answers_of_a_pair_are_read_as_conversations() -> None:
    """As some sets have them."""
    record = {"chosen": TURNS[1:3], "rejected": {"from": "gpt", "value": "No"}, "conversations": [TURNS[1]]}
    row = row_of(shape_of([record]), 1, 0, record, 100)

    assert (row.asked, row.answered, row.rejected) == ("Hi", "Hello", "No")


def test_parts_of_a_turn_are_its_texts() -> None:
    """As sets with images have them."""
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "a.png"}}]

    assert turns_of([{"role": "user", "content": parts}])[1] == "What is it?\nimage_url\na.png"


def test_turns_without_roles_alternate() -> None:
    """And a system message is told apart."""
    assert turns_of(["Q1", "A1", "Q2"]) == ("", "Q1\nQ2", "A1")
    assert turns_of(TURNS)[0] == "Be kind."


def test_long_texts_keep_both_ends() -> None:
    """A surrogate that stands alone is no character."""
    assert cut("a" * 50 + "b" * 50, 10) == "aaaaa\nbbbbb"
    assert cut("x\ud800", 10) == "x\ufffd"


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "label", "messages", "chosen", "rejected", "output", "x"]), ANYTHING
        )
    )
)
def test_any_record_becomes_a_row(records: list[dict[str, Any]]) -> None:
    """Whatever types its values have."""
    shape = shape_of(records) if records else shape_of([{}])
    for record in records:
        row = row_of(shape, 1, 0, record, 50)
        assert all(len(text) < 400 for text in (row.asked, row.answered, row.rejected, row.label))
    assert plain({"a": [1, {"b": "x"}]}) == "1\nx"


def test_columns_have_chinese_names_too() -> None:
    """As spreadsheets of annotators have them."""
    labelled = shape_of(
        [{"文本": f"第{place}条", "标签": "好" if place % 2 else "坏", "标注者": "甲"} for place in range(40)]
    )
    asked = shape_of([{"问题": "天气？", "回答": "晴。"}] * 3)

    assert (labelled.name, labelled.asked, labelled.label, labelled.source) == (
        "labelled",
        ("文本",),
        "标签",
        "标注者",
    )
    assert (asked.name, asked.asked, asked.answered) == ("question", ("问题",), ("回答",))
