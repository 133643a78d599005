"""Names in context."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("姓名：张三丰，性别男", "张三丰"),
        ("联系人：欧阳娜娜 电话", "欧阳娜娜"),
        ('"姓名": "李四"', "李四"),
        ("患者姓名：王小明性别男", "王小明"),
        ("收件人：买买提·艾力", "买买提·艾力"),
        ("我叫王小明，今年", "王小明"),
        ("请联系王小明先生", "王小明"),
        ("张女士您好", "张"),
        ("My name is John Smith and I", "John Smith"),
        ("Patient: Mary-Ann O'Brien, 34", "Mary-Ann O'Brien"),
        ("Dear Mr. O'Neil,", "O'Neil"),
        ("Dr Alice B. Chen called", "Alice B. Chen"),
    ],
)
def test_names_are_found_behind_labels_and_beside_titles(text: str, value: str, values: Values) -> None:
    """As far as the name goes."""
    assert ("name", value) in values(text)


@pytest.mark.parametrize(
    "text",
    [
        "姓名：",
        "联系人：待定",
        "任何先生都可以",
        "女士们先生们",
        "name: nginx",
        'name: "Build And Test"',
        "My name is on the list",
        "Dr Pepper",
        "Mr Robot",
        "dear mr smith",
        "This is ChatGPT's answer",
        "张三丰",
    ],
)
def test_words_are_no_names(text: str, values: Values) -> None:
    """Nor is a name by itself, for it is a word like others."""
    assert values(text) == []
