"""What only its label makes personal data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("护照号码：E12345678。", "passport", "E12345678"),
        ("passport no. X1234567 expires", "passport", "X1234567"),
        ("港澳通行证号码C12345678怎么续签", "permit", "C12345678"),
        ("社保卡号：D12345678", "social-security", "D12345678"),
        ("公积金账号：110012345678", "housing-fund", "110012345678"),
        ("MRN: 00456123", "medical-record", "00456123"),
        ("driver's license: D1234567", "licence", "D1234567"),
        ('{"bank account": "3300 1616 7830 5900 0123"}', "bank-account", "3300 1616 7830 5900 0123"),
        ("出生日期：1992年5月17日", "birth-date", "1992年5月17日"),
        ("born on March 3, 1990", "birth-date", "March 3, 1990"),
        ("微信号：wx_zhangsan2020", "wechat", "wx_zhangsan2020"),
        ("QQ：12345678901", "qq", "12345678901"),
        ("粤B12345D", "plate", "粤B12345D"),
        ("京A·88888", "plate", "京A·88888"),
        ("坐标 39.908722, 116.397499", "location", "39.908722, 116.397499"),
        ("北纬31.230416，东经121.473701", "location", "31.230416，东经121.473701"),
        ("SSN 536904399", "ssn", "536904399"),
    ],
)
def test_the_value_behind_a_label_is_found_without_the_label(
    text: str, kind: str, value: str, values: Values
) -> None:
    """A redaction leaves the label standing."""
    assert (kind, value) in values(text)


@pytest.mark.parametrize(
    "text",
    [
        "护照办理需要多久",
        "公积金贷款利率是3.1%",
        "病历怎么写才规范",
        "生日快乐！",
        "微信支付和支付宝",
        "wechat payments",
        "QQ音乐",
        "loss 0.39871, 0.11639",
        "新A股今天",
        "E12345678",
    ],
)
def test_a_label_without_a_value_and_a_value_without_a_label_are_nothing(text: str, values: Values) -> None:
    """Talk about documents is no document."""
    assert values(text) == []
