"""Whether a number that looks like a document, a card or an account can be one: checksums, dates, regions, ranges.

Sources: GB 11643 (resident identity numbers), GB 32100 (unified social credit codes), ISO/IEC 7812 (card numbers), ISO 13616
(IBAN), the US Social Security Administration's rules for numbers it never issued.
"""

from __future__ import annotations

import calendar
import ipaddress
import re
from collections.abc import Sequence

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
REGIONS = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
"""The first two digits of a region (GB/T 2260), and those of the residence permits of Hong Kong, Macau and Taiwan."""
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_IBAN = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23,
    "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
"""Characters of an IBAN, by country."""
_NEVER_ISSUED = frozenset({"078051120", "219099999", "123456789", "111111111", "987654321"})
"""Social security numbers of advertisements and of examples."""
_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_OLDEST, _NEWEST = 1880, 2099


def plain(text: str) -> str:
    """Letters and digits only, letters large."""
    return "".join(character for character in text if character.isascii() and character.isalnum()).upper()


def luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004  # the digits of a product are added up
    return total % 10 == 0


def is_date(year: int, month: int, day: int) -> bool:
    """Whether somebody alive, or their parents, may have been born then."""
    return (
        _OLDEST <= year <= _NEWEST and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]  # noqa: PLR2004
    )


def region(digits: str) -> bool:
    """Whether a number begins with a region; those of foreigners with permanent residence begin with 9 and the region."""
    return digits[:2] in REGIONS or (digits[0] == "9" and digits[1:3] in REGIONS)


def id_card(text: str) -> bool:
    """Whether 18 characters are a resident identity number: region, date of birth, check character."""
    if not (region(text) and is_date(int(text[6:10]), int(text[10:12]), int(text[12:14]))):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == text[17]


def old_id_card(digits: str) -> bool:
    """Whether 15 digits may be an identity number of before 1999; it has no check digit."""
    return region(digits) and is_date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))


def credit_code(text: str) -> bool:
    """Whether 18 characters are a unified social credit code."""
    if any(character not in _CREDIT for character in text) or not (
        text[2:4] in REGIONS or text[2:8] == "100000"
    ):
        return False
    total = sum(_CREDIT.index(one) * weight for one, weight in zip(text[:17], _CREDIT_WEIGHTS, strict=True))
    return _CREDIT[-total % 31] == text[17]


def chinese_card(digits: str) -> bool:
    """Whether a number is of UnionPay or of an older Chinese debit card, with the right check digit."""
    length = len(digits)
    known = (
        digits.startswith(("62", "81")) or digits[:4] in {"6013", "6053", "6058", "6091"}
    ) and 16 <= length <= 19  # noqa: PLR2004  # ISO/IEC 7812
    return (known or (digits.startswith("9558") and length == 19)) and luhn(digits)  # noqa: PLR2004


def credit_card(digits: str) -> bool:
    """Whether a number is of an international card brand: its range, its length and its check digit."""
    length = len(digits)
    four = int(digits[:4])
    known = (
        (digits[0] == "4" and length in {13, 16, 19})
        or ((5100 <= four <= 5599 or 2221 <= four <= 2720) and length == 16)  # noqa: PLR2004  # Mastercard
        or (3528 <= four <= 3589 and length == 16)  # noqa: PLR2004  # JCB
        or (digits[:2] in {"34", "37"} and length == 15)  # noqa: PLR2004  # American Express
        or ((digits[:2] in {"36", "38"} or 3000 <= four <= 3059) and length == 14)  # noqa: PLR2004  # Diners
        or ((four == 6011 or 6440 <= four <= 6599) and length == 16)  # noqa: PLR2004  # Discover
    )
    return known and luhn(digits) and len(set(digits)) > 1


def iban(text: str) -> int:
    """How many letters and digits at the beginning are an IBAN; 0: none are."""
    length = _IBAN.get(text[:2], 0)
    if not length or len(text) < length:
        return 0
    turned = text[4:length] + text[:4]
    return length if int("".join(str(int(one, 36)) for one in turned)) % 97 == 1 else 0


def ssn(digits: str) -> bool:
    """Whether nine digits may be a US social security number: areas, groups and serials that are never issued are none."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        area not in {"000", "666"}
        and area[0] != "9"
        and group != "00"
        and serial != "0000"
        and digits not in _NEVER_ISSUED
    )


def hong_kong_id(text: str) -> bool:
    """Whether letters, six digits and a check digit are a Hong Kong identity number."""
    letters = "  "[: 9 - len(text)] + text[: len(text) - 7]
    values = [36 if one == " " else ord(one) - 55 for one in letters] + [int(one) for one in text[-7:-1]]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11] == text[-1]


def taiwan_id(text: str) -> bool:
    """Whether a letter and nine digits are a Taiwan identity number."""
    head = _TAIWAN.index(text[0]) + 10
    values = [head // 10, head % 10, *(int(one) for one in text[1:])]
    weights: Sequence[int] = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) % 10 == 0


def ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, or None for what is none or nobody's: loopback, unspecified, multicast, masks."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    nobody = (
        found.is_loopback or found.is_unspecified or found.is_multicast or text.startswith(("255.", "0."))
    )
    return None if nobody else found


def mac(text: str) -> bool:
    """Whether six pairs of hex digits, all parted alike, are the address of one device."""
    pairs = re.split("[:-]", text.lower())
    alike = len(set(re.findall("[:-]", text))) == 1
    return len(pairs) == 6 and alike and len(set(pairs)) > 1 and int(pairs[0], 16) % 2 == 0  # noqa: PLR2004


def place(latitude: float, longitude: float) -> bool:
    """Whether two numbers are degrees north and east."""
    return abs(latitude) <= 90 and abs(longitude) <= 180 and latitude != longitude  # noqa: PLR2004
