"""Numbers in texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("身份证 110105 19491231 002X。", "id-card", "110105 19491231 002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "id-card", "１１０１０５１９４９１２３１００２Ｘ"),
        ("1101\u200b0519491231002X", "id-card", "1101\u200b0519491231002X"),
        ("身份证号：130503670401001", "id-card", "130503670401001"),
        ("身份证号 110105194912310021", "id-card", "110105194912310021"),
        ("打(+86)13812345678", "mobile", "(+86)13812345678"),
        ("138-1234-5678", "mobile", "138-1234-5678"),
        ("电话01062345678", "landline", "01062345678"),
        ("请打 (0571) 8765 4321", "landline", "(0571) 8765 4321"),
        ("6222 0212 3456 7890 128", "bank-card", "6222 0212 3456 7890 128"),
        ("card 3782 822463 10005", "credit-card", "3782 822463 10005"),
        ("91110000802100433B", "credit-code", "91110000802100433B"),
        ("pay DE89 3704 0044 0532 0130 00 and go", "iban", "DE89 3704 0044 0532 0130 00"),
        ("536-90-4399", "ssn", "536-90-4399"),
        ("G123456(A)", "regional-id", "G123456(A)"),
        ("身份證字號 A123456789", "regional-id", "A123456789"),
        ("from 8.8.4.4", "ip", "8.8.4.4"),
        ("2001:db8:85a3::8a2e:370:7334", "ip", "2001:db8:85a3::8a2e:370:7334"),
        ("00-1A-2B-3C-4D-5E", "mac", "00-1A-2B-3C-4D-5E"),
    ],
)
def test_numbers_are_found_whole(text: str, kind: str, value: str, values: Values) -> None:
    """With separators, full width, and with what nobody sees in them."""
    assert (kind, value) in values(text)


@pytest.mark.parametrize(
    "text",
    [
        "订单号 13812345678",
        "13812345678.55 元",
        "¥13812345678",
        "2024-13812345678",
        "https://cdn.corp.io/v/13812345678/a.js",
        "timestamp 1710489600123",
        "v1.2.3.4",
        "chrome/120.0.6099.129",
        "255.255.255.0",
        "invoice 6011000990139425",
        "ISBN 978-7-302-51234-5",
        "SKU 536-90-4399",
        "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
        "110105194912310021",
        "130503670401001",
        "62220212345678901281",
        "身份证号码由18位组成",
        "add::bed",
    ],
)
def test_other_numbers_are_none(text: str, values: Values) -> None:
    """Orders, amounts, paths, times, versions, fingerprints, and what fails its check."""
    assert values(text) == []


def test_an_identity_number_that_passes_as_a_card_is_an_identity_number(values: Values) -> None:
    """Region 62 is Gansu, range 62 is UnionPay; here both checks hold."""
    both = "620102199003070032"

    assert [kind for kind, _ in values(both)] in (["id-card"], [])
