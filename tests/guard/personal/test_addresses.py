"""Postal addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "寄到浙江省杭州市西湖区文三路478号华星时代广场A座1201室，谢谢",
            "浙江省杭州市西湖区文三路478号华星时代广场A座1201室",
        ),
        ("北京市海淀区中关村大街27号", "北京市海淀区中关村大街27号"),
        ("深圳市南山区科技园南路12号", "深圳市南山区科技园南路12号"),
        ("家庭住址：朝阳区望京西园四区412号楼3单元", "朝阳区望京西园四区412号楼3单元"),
        ("221 Baker Street, Springfield, IL 62704", "221 Baker Street, Springfield, IL 62704"),
    ],
)
def test_addresses_are_found_whole(text: str, value: str, values: Values) -> None:
    """From province to door."""
    assert ("address", value) in values(text)


@pytest.mark.parametrize(
    "text",
    [
        "北京的天气很好，适合出门走走",
        "上海是一座国际化大都市",
        "我们从广州坐高铁去深圳北站",
        "地址栏在浏览器顶部",
        "内存地址 0x7ffee3b1a000",
        "网站地址是 https://www.corp.cn/a/b",
        "I walked 3 miles down the road",
        "5 people drive to work",
    ],
)
def test_places_are_no_addresses(text: str, values: Values) -> None:
    """A city, a web page, a distance."""
    assert values(text) == []
