"""The kinds of personal data: how each is called, and the rule that finds it, graded by a scheme."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from yanmen.core.nouns import Phrase, Rule
from yanmen.guard.grading import Scheme

_FIX = Phrase(
    en="Ask whether the text needs it; mask it on the way to the model (`then: redact`, `mask: true`), or cut it.",
    zh="先确认业务是否确需该信息；如不需要，请在发往模型前以占位符替换（`then: redact` 加 `mask: true`）或直接删去。",
)


class Kind(NamedTuple):
    """A kind of personal data."""

    slug: str
    """The rule is ``personal.SLUG``."""
    en: str
    zh: str


KINDS = (
    Kind("id-card", "A Chinese resident identity number", "居民身份证号码"),
    Kind("mobile", "A Chinese mobile number", "手机号码"),
    Kind("landline", "A Chinese landline number", "固定电话号码"),
    Kind("bank-card", "A Chinese bank card number", "银行卡号"),
    Kind("credit-card", "A credit card number", "信用卡号"),
    Kind("bank-account", "A bank account number", "银行账号"),
    Kind("credit-code", "A unified social credit code", "统一社会信用代码"),
    Kind("passport", "A passport number", "护照号码"),
    Kind("permit", "A travel permit of Hong Kong, Macau or Taiwan", "港澳台通行证号码"),
    Kind("regional-id", "An identity number of Hong Kong or Taiwan", "香港或台湾身份证号码"),
    Kind("licence", "A driving licence number", "驾驶证号码"),
    Kind("plate", "A Chinese vehicle plate", "机动车号牌"),
    Kind("address", "A postal address", "详细地址"),
    Kind("name", "A person's name", "个人姓名"),
    Kind("wechat", "A WeChat account", "微信号"),
    Kind("qq", "A QQ account", "QQ 号"),
    Kind("email", "A mail address", "电子邮箱地址"),
    Kind("iban", "An IBAN", "国际银行账号（IBAN）"),
    Kind("ssn", "A US social security number", "美国社会安全号码"),
    Kind("ip", "An IP address", "IP 地址"),
    Kind("mac", "A MAC address", "MAC 地址"),
    Kind("birth-date", "A date of birth", "出生日期"),
    Kind("medical-record", "A medical record number", "病历号或就诊卡号"),
    Kind("social-security", "A social security card or insurance number", "社保或医保卡号"),
    Kind("housing-fund", "A housing fund account", "公积金账号"),
    Kind("location", "A precise location", "精准定位信息"),
)


@cache
def rules(scheme: Scheme) -> dict[str, Rule]:
    """The rule of each kind, by slug, with the severity and the tags that a scheme gives it."""
    return {kind.slug: _rule(kind, scheme) for kind in KINDS}


def _rule(kind: Kind, scheme: Scheme) -> Rule:
    grade = scheme.grade(kind.slug)
    return Rule(
        id=f"personal.{kind.slug}",
        title=Phrase(en=f"{kind.en} in a text", zh=f"文本中含有{kind.zh}"),
        severity=grade.severity,
        fix=_FIX,
        tags=("owasp-llm:LLM02", "atlas:AML.T0057", "cwe:359", "class:personal", *grade.tags),
    )
