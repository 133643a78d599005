"""Numbers that prove themselves: identity cards, bank cards, telephone numbers, credit codes, IBAN, addresses of machines."""

from __future__ import annotations

import ipaddress
import re

from yanmen.guard.personal import checks
from yanmen.guard.personal.checks import plain
from yanmen.guard.personal.context import Labels, claim, folded, inside
from yanmen.guard.spans import HARMLESS, Before, Claim, Harmless

Said = Claim | Harmless | None
_ID = Labels(
    "身份证|证件号|身份号码|居民身份|公民身份|身份信息|resident id|id card|identity|national id|id number|sfz"
)
_PHONE = Labels(
    "手机|电话|联系方式|联系我|致电|来电|拨打|热线|座机|传真|固话|号码是|微信|短信|phone|mobile|\\btel\\b|cell|call|contact|whatsapp|fax|\\bsms\\b|dial"
)
_CARD = Labels(
    "卡号|银行卡|信用卡|储蓄卡|借记卡|账号|帐号|账户|打款|转账|汇款|开户|工资卡|社保卡|\\bcards?\\b|visa|mastercard|amex|unionpay|account|debit|credit|\\bpan\\b"
)
_CREDIT = Labels("信用代码|纳税人识别号|税号|统一社会|credit code|tax id|uscc")
_IP = Labels(
    "\\bip\\b|地址|来源|来自|登录|访客|客户端|主机|服务器|address|client|host|from|login|visitor|server|dns|ping|peer"
)
_VERSIONED = re.compile(r"(?:\bv|version|release|版本|版|固件|build|chrome/|[a-z]/)\s?[:：]?\s?\Z")
_SSN = Labels("social security|\\bssn\\b|社会安全")
_REGIONAL = Labels("身份|證件|证件|香港|台湾|台灣|identity|hkid|\\bid\\b|national")
_ID_LENGTH = 18
_GROUPS, _DOTS = 8, 3
_SMALL = 20
"""Every part of a dotted number up to here, and it is likelier a version."""


def id_card(matched: str, before: Before) -> Said:
    """18 characters with region, date and check character; with a label also those whose check character is wrong."""
    text = plain(folded(matched))
    if inside(before):
        return None
    labelled = _ID.say(before)
    if checks.id_card(text):
        return claim("id-card", matched, 0.99 if labelled >= 0 else 0.95)
    return claim("id-card", matched, 0.5) if labelled > 0 and checks.region(text) else None


def old_id_card(matched: str, before: Before) -> Said:
    """15 digits of before 1999, which prove nothing by themselves."""
    fits = checks.old_id_card(plain(folded(matched))) and not inside(before)
    return claim("id-card", matched, 0.8) if fits and _ID.say(before) > 0 else None


def mobile(matched: str, before: Before) -> Said:
    """A number of a segment in use; its form and its label say how sure that is."""
    text = folded(matched)
    if "." in text or inside(before):
        return None
    labelled = _PHONE.say(before)
    formed = len(text) > len("13800138000")
    if labelled < 0:
        return claim("mobile", matched, 0.6) if text[:1] in "+(" else None
    return claim("mobile", matched, 0.97 if labelled else 0.95 if formed else 0.85)


def landline(matched: str, before: Before) -> Said:
    """An area code and a number; without anything between them only behind a label."""
    labelled = _PHONE.say(before)
    formed = any(one in matched for one in "-() （）－")
    if inside(before) or labelled < 0 or not (labelled or formed):
        return None
    return claim("landline", matched, 0.95 if labelled else 0.8)


def chinese_card(matched: str, before: Before) -> Said:
    """A card of UnionPay or of a Chinese bank, by its range and check digit. An identity number may pass as one."""
    text = plain(folded(matched))
    labelled = _CARD.say(before)
    if not checks.chinese_card(text) or labelled < 0 or inside(before):
        return None
    if len(text) == _ID_LENGTH and checks.id_card(text):
        return None
    return claim("bank-card", matched, 0.98 if labelled else 0.95 if len(matched) > len(text) else 0.85)


def credit_card(matched: str, before: Before) -> Said:
    """A card of an international brand, by its range, its length and its check digit."""
    text = plain(folded(matched))
    labelled = _CARD.say(before)
    if not checks.credit_card(text) or labelled < 0 or inside(before):
        return None
    return claim("credit-card", matched, 0.98 if labelled else 0.95 if len(matched) > len(text) else 0.75)


def credit_code(matched: str, before: Before) -> Said:
    """A unified social credit code by its check character; one of digits alone could be chance."""
    text = plain(folded(matched))
    if inside(before) or not checks.credit_code(text):
        return None
    labelled = _CREDIT.say(before)
    if text.isdigit() and (checks.id_card(text) or labelled <= 0):
        return None
    return claim("credit-code", matched, 0.98 if labelled > 0 else 0.9)


def iban(matched: str, before: Before) -> Said:
    """An IBAN at the beginning of the match, by country and remainder."""
    text = folded(matched)
    count = checks.iban(plain(text))
    if not count or inside(before):
        return None
    length = 0
    for character in text:
        length += 1
        count -= character.isalnum()
        if not count:
            break
    return claim("iban", matched[:length], 0.97, length=length)


def ssn(matched: str, before: Before) -> Said:
    """Nine digits in the form of a US social security number."""
    labelled = _SSN.say(before)
    if inside(before) or labelled < 0 or not checks.ssn(plain(folded(matched))):
        return None
    return claim("ssn", matched, 0.97 if labelled else 0.7)


def regional_id(matched: str, before: Before) -> Said:
    """An identity number of Hong Kong (its check digit stands in brackets) or, behind a label, of Taiwan."""
    text = plain(folded(matched))
    labelled = _REGIONAL.say(before)
    if "(" in folded(matched):
        fits = checks.hong_kong_id(text)
        return claim("regional-id", matched, 0.97 if labelled > 0 else 0.85) if fits else None
    fits = labelled > 0 and checks.taiwan_id(text)
    return claim("regional-id", matched, 0.9) if fits else None


def ip(matched: str, before: Before) -> Said:
    """An address of a machine: not a version, not a mask, not nobody's."""
    text = folded(matched)
    if text.count(":") >= _GROUPS or text.count(".") > _DOTS:
        return HARMLESS
    found = checks.ip(text)
    if found is None or inside(before) or _VERSIONED.search(before.text[-12:]):
        return None
    labelled = _IP.say(before)
    if isinstance(found, ipaddress.IPv4Address):
        if labelled < 0 or (not labelled and all(int(part) <= _SMALL for part in text.split("."))):
            return None
    elif text.count(":") < 3 or not any(one.isdigit() for one in text):  # noqa: PLR2004  # a word such as ``add::bed``
        return None
    return claim("ip", matched, 0.6 if found.is_private else 0.9 if labelled > 0 else 0.8)


def mac(matched: str, before: Before) -> Said:
    """Six pairs of hex digits; more of them are a fingerprint."""
    if not checks.mac(folded(matched)):
        return HARMLESS
    return None if inside(before) else claim("mac", matched, 0.9)
