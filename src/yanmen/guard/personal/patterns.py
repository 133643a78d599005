"""Every pattern of personal data. Where two begin at one place, the one that proves more stands first."""

from __future__ import annotations

from functools import cache

from yanmen.guard.grading import Scheme
from yanmen.guard.personal import addresses, kinds, labelled, mail, names, numbers
from yanmen.guard.spans import Look, Pattern

_MONTH = "(?:0[1-9]|1[0-2])"
_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
ID_CARD = (
    rf"\b(?:[1-9]\d{{5}}[ -]?(?:18|19|20)\d{{2}}[ -]?{_MONTH}[ -]?{_DAY}[ -]?\d{{3}}[ -]?[0-9x]"
    r"|[1-9]\d{3}(?:[ -]\d{4}){3}[ -]\d[0-9x]|[1-9]\d{2}[ -]\d{3}[ -](?:18|19|20)\d{2}[ -]\d{4}[ -]\d{3}[0-9x])\b"
)
OLD_ID_CARD = rf"\b[1-9]\d{{7}}{_MONTH}{_DAY}\d{{3}}\b"
MOBILE = (
    r"(?:\(\+?86\) ?|(?:\+|\b00|\b)86[ -]?|\b)"
    r"1(?:3\d|4[05-9]|5[0-35-9]|6[25-7]|7[0-8]|8\d|9[0-35-9])(?:[ -]?\d{4}){2}(?:\.\d{1,3})?\b"
)
LANDLINE = (
    r"(?:(?:\+86|\b0086)[ -]?\(?(?:10|2\d|[3-9]\d{2})\)?[- ]?|\(0(?:10|2\d|[3-9]\d{2})\) ?|\b0(?:10|2\d|[3-9]\d{2})[- ]?)"
    r"[2-8]\d{2,3}[ -]?\d{4}(?:(?:-| ?转 ?)\d{1,5})?\b"
)
CHINESE_CARD = r"\b(?:62|81|60|95)(?:\d{2}(?:[ -]?\d{4}){2}[ -]?\d{1,4}(?:[ -]?\d{1,3})?|\d{4} \d{10,13})\b"
CREDIT_CARD = (
    r"\b(?:[245]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,4}(?:[ -]?\d{1,3})?|6(?:011|4[4-9]\d|5\d{2})(?:[ -]?\d{4}){3}"
    r"|3(?:[47]\d{2}[ -]?\d{6}[ -]?\d{5}|5\d{2}(?:[ -]?\d{4}){3}|[068]\d{2}[ -]?\d{6}[ -]?\d{4}))\b"
)
CREDIT_CODE = r"\b[159any][0-9a-z]\d{6}[0-9a-hj-npqrtuwxy]{10}\b"
IBAN = r"\b[a-z]{2}\d{2}(?: ?[0-9a-z]{4}){2,7}(?: ?[0-9a-z]{1,3})?\b"
SSN = r"\b\d{3}[ -]\d{2}[ -]\d{4}\b"
REGIONAL_ID = r"\b(?:[a-z]{1,2}\d{6}\([0-9a]\)|[a-z][1289]\d{8}\b)"
IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3,5}\b"
IPV6 = (
    r"\b(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7,19}"
    r"|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?)\b"
)
MAC = r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,19}\b"
_FORMS: tuple[tuple[str, str, Look], ...] = (
    ("id-card", ID_CARD, numbers.id_card),
    ("id-card", OLD_ID_CARD, numbers.old_id_card),
    ("credit-code", CREDIT_CODE, numbers.credit_code),
    ("bank-card", CHINESE_CARD, numbers.chinese_card),
    ("credit-card", CREDIT_CARD, numbers.credit_card),
    ("mobile", MOBILE, numbers.mobile),
    ("landline", LANDLINE, numbers.landline),
    ("iban", IBAN, numbers.iban),
    ("ssn", SSN, numbers.ssn),
    ("regional-id", REGIONAL_ID, numbers.regional_id),
    ("ip", IPV4, numbers.ip),
    ("ip", IPV6, numbers.ip),
    ("mac", MAC, numbers.mac),
    ("birth-date", labelled.BIRTH, labelled.birth),
    ("wechat", labelled.WECHAT, labelled.wechat),
    ("qq", labelled.QQ, labelled.qq),
    ("plate", labelled.PLATE, labelled.plate),
    ("location", labelled.LATITUDE, labelled.location),
    ("location", labelled.PAIR, labelled.location),
    ("address", addresses.STRUCTURED, addresses.structured),
    ("address", addresses.LABELLED, addresses.labelled),
    ("address", addresses.AMERICAN, addresses.american),
    ("name", names.ZH_LABELLED, names.chinese),
    ("name", names.ZH_CALLED, names.chinese),
    ("name", names.EN_LABELLED, names.english),
    ("name", names.EN_CALLED, names.english),
    ("name", names.EN_TITLE, names.addressed),
)


@cache
def patterns(scheme: Scheme) -> tuple[Pattern, ...]:
    """The patterns of all kinds, with rules that a scheme has graded; the same ones for the same scheme."""
    rules = kinds.rules(scheme)
    own = [Pattern(rules[slug], source, "folded", look=look) for slug, source, look in _FORMS]
    return (
        *own,
        Pattern(
            rules["passport"],
            labelled.DOCUMENT,
            "folded",
            look=labelled.document(rules),
            others=tuple(rules[slug] for slug in labelled.SLUGS),
        ),
        Pattern(rules["email"], mail.DOMAIN, "folded", look=mail.address, back=mail.LOCAL),
        Pattern(rules["name"], names.ZH_TITLE, "folded", look=names.titled, back=names.ZH_BACK),
    )
