"""What only its label makes personal data: documents without check digits, accounts, dates of birth, places."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yanmen.core.nouns import Rule
from yanmen.guard.personal import checks
from yanmen.guard.personal.checks import plain
from yanmen.guard.personal.context import Labels, claim, folded, inside
from yanmen.guard.spans import Before, Claim, Harmless, Look

Said = Claim | Harmless | None
LINK = (
    r"(?:号码|证号|卡号|账号|帐号|编号|号|卡|证|档案编号|档案|(?: (?:no\.?|number|num|id|code|card|account)){1,2}|#)?"
    r"[\"'”]?\s{0,2}(?:[:：=]|是|为| is|为：|是：)?\s{0,2}[\"'“]?"
)
"""What stands between a label and its value."""
DOCUMENTS = (
    "(?:护照|passport|通行证|回乡证|台胞证|港澳居民|travel permit|驾驶证|驾照|driving licen[cs]e|driver'?s? licen[cs]e"
    "|社保|社会保障|社会保险|医保|social insurance|公积金|housing fund|病历|病案|住院|门诊|就诊卡|medical record|patient id|\\bmrn"
    "|银行卡|银行账|银行帐|收款账|收款帐|对公账|开户账|bank account|account|社会安全|social security|\\bssn|香港身份证|\\bhkid)"
)
_KINDS = (
    (re.compile("护照|passport"), "passport", re.compile(r"(?=[a-z]{0,2}\d)[a-z0-9]{7,10}")),
    (re.compile("通行证|回乡证|台胞证|港澳居民|travel permit"), "permit", re.compile(r"[a-z]?\d{7,11}")),
    (re.compile("驾|licen[cs]e"), "licence", re.compile(r"(?=[a-z]{0,3}\d)[a-z0-9-]{6,18}")),
    (re.compile("社会安全|social security|ssn"), "ssn", re.compile(r"\d{3}-?\d{2}-?\d{4}")),
    (re.compile("社保|社会保|医保|insurance"), "social-security", re.compile(r"[a-z]{0,3}\d{7,18}[x]?")),
    (re.compile("公积金|housing"), "housing-fund", re.compile(r"[a-z]{0,2}\d{6,20}")),
    (
        re.compile("病|住院|门诊|就诊|medical|patient|mrn"),
        "medical-record",
        re.compile(r"[a-z]{0,4}-?\d[0-9-]{4,18}"),
    ),
    (re.compile("香港|hkid"), "regional-id", re.compile(r"[a-z]{1,2}\d{6}\(?[0-9a]\)?")),
    (re.compile("银行|收款|对公|开户|account"), "bank-account", re.compile(r"\d[\d ]{9,25}\d")),
)
DOCUMENT = rf"{DOCUMENTS}(?:{LINK})[a-z0-9(][a-z0-9()-]{{3,20}}(?: [0-9]{{3,4}}){{0,5}}"
_VALUE = re.compile(r"[a-z0-9(][a-z0-9()-]{3,20}(?: [0-9]{3,4}){0,5}\Z")
_DAY = r"(?:(?:18|19|20)\d{2}(?:[-/.]| ?年 ?)\d{1,2}(?:[-/.]| ?月 ?)\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}|(?:19|20)\d{6}"
_WRITTEN = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = _DAY + rf"|{_WRITTEN} \d{{1,2}},? (?:19|20)\d{{2}}|\d{{1,2}} {_WRITTEN},? (?:19|20)\d{{2}})日?"
BIRTH = rf"(?:出生日期|出生年月日?|出生时间|出生于|生日|生于|date of birth|birth ?date|birthday|\bdob|\bborn)(?:{LINK})(?: on| in)? ?{_DATE}"
_BIRTH_VALUE = re.compile(_DATE + r"\Z")
WECHAT = r"(?:微信号?|wechat(?: id)?|weixin|\bwx|\bvx|威信|薇信)(?:号|id)?[\"']?\s?(?:[:：=]|是|为| is)?\s?[\"']?[a-z][a-z0-9_-]{5,19}\b"
_WECHAT = re.compile(r"(?<![a-z0-9_-])[a-z][a-z0-9_-]{5,19}\Z")
QQ = r"(?:\bqq|扣扣|企鹅号)(?:号码?| ?number)?[\"']?\s?(?:[:：=]|是|为| is)?\s?[\"']?[1-9]\d{4,10}\b"
PLATE = (
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·•. -]?"
    "(?:[df][a-hj-np-z0-9][0-9]{4}|[0-9]{5}[a-hjkdf]|[a-hj-np-z0-9]{4}[a-hj-np-z0-9挂学警港澳])"
)
_DIGITS = 2
LATITUDE = (
    r"(?:北纬|南纬|纬度|\blat(?:itude)?)[\"']?\s?[:：=]?\s?-?\d{1,2}\.\d{3,12}[^0-9]{1,24}\d{1,3}\.\d{3,12}"
)
PAIR = r"-?\b\d{1,3}\.\d{4,12}°?\s?[ns]?\s?[,，]\s?-?\d{1,3}\.\d{4,12}\b"
_PLACE = Labels("坐标|经纬度|定位|位置|gps|location|coordinates|\\blat|lng|latlng|\\bgeo|position|北纬|东经")


SLUGS = tuple(slug for _, slug, _ in _KINDS)
"""Kinds of documents and accounts that a label can name."""


def document(rules: Mapping[str, Rule]) -> Look:
    """What looks at the value behind the label of a document or an account; the label names the rule."""
    return lambda matched, _: _document(rules, matched)


def _document(rules: Mapping[str, Rule], matched: str) -> Said:
    text = folded(matched)
    found = _VALUE.search(text)
    if len(text) != len(matched) or found is None:
        return None
    label = text[: found.start()]
    for named, slug, form in _KINDS:
        if named.search(label):
            value = form.match(found[0])
            if value is None or not _fits(slug, plain(value[0])):
                return None
            skip = found.start()
            end = skip + len(value[0].rstrip())
            said = claim(slug, matched[skip:end], 0.9, skip=skip, length=end)
            return said._replace(rule=rules[slug])
    return None


def _fits(slug: str, value: str) -> bool:
    """Whether a number is not better known as something else."""
    digits = sum(one.isdigit() for one in value)
    if slug == "ssn":
        return len(value) == 9 and checks.ssn(value)  # noqa: PLR2004
    if slug == "bank-account":
        return not (checks.chinese_card(value) or checks.credit_card(value))
    return digits * 2 > len(value)


def birth(matched: str, before: Before) -> Said:
    """The date behind the label of a birth."""
    del before
    text = folded(matched)
    found = _BIRTH_VALUE.search(text)
    if len(text) != len(matched) or found is None:
        return None
    numbers = [int(one) for one in re.findall(r"\d+", found[0])]
    if len(numbers) == 3 and not any(1 <= one <= 12 for one in numbers):  # noqa: PLR2004  # no month among them
        return None
    return claim("birth-date", matched[found.start() :], 0.9, skip=found.start())


def wechat(matched: str, before: Before) -> Said:
    """The account behind the word WeChat: not a word of English."""
    del before
    text = folded(matched)
    found = _WECHAT.search(text)
    if len(text) != len(matched) or found is None or not found.start():
        return None
    value, label = found[0], text[: found.start()].rstrip("\"' ")
    if not (any(one.isdigit() or one in "_-" for one in value) or label[-1] in ":：=是为号"):
        return None
    return claim("wechat", matched[found.start() :], 0.9, skip=found.start())


def qq(matched: str, before: Before) -> Said:
    """The digits behind QQ."""
    del before
    digits = re.search(r"\d+\Z", folded(matched))
    if digits is None or len(folded(matched)) != len(matched):
        return None
    return claim("qq", digits[0], 0.9, skip=digits.start())


def plate(matched: str, before: Before) -> Said:
    """A plate has two digits at least; five letters behind a province are a word."""
    text = folded(matched)
    digits = sum(one.isdigit() for one in text)
    return claim("plate", matched, 0.9) if digits >= _DIGITS and not inside(before) else None


def location(matched: str, before: Before) -> Said:
    """Two numbers that are degrees: named so, or with the compass's letters."""
    text = folded(matched)
    numbers = [float(one) for one in re.findall(r"-?\d{1,3}\.\d+", text)]
    named = text[0] in "北南纬l" or "°" in text
    if len(numbers) != 2 or not checks.place(*numbers):  # noqa: PLR2004
        return None
    if not named and _PLACE.say(before) <= 0:
        return None
    start = re.search(r"-?\d", text)
    skip = start.start() if start and len(text) == len(matched) else 0
    return claim("location", matched[skip:], 0.9, skip=skip)
