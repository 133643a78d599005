"""What the words before a number say of it: the nearest label counts, for or against."""

from __future__ import annotations

import re

from yanmen.core.nouns import Ref
from yanmen.core.redaction import mask
from yanmen.guard.folding import fold
from yanmen.guard.spans import Before, Claim

NEAR = 40
"""Characters in which a label counts."""
_OTHER_NUMBERS = (
    "订单|单号|流水|序列号|运单|快递|物流|发票|工单|批次|型号|版本|时间戳|哈希|校验和|金额|价格|编码|货号|条码|物料|案号|合同号|会员号"
    "|编号|营收|库存|样本|数量|人口|总数|收入|利润|参数|行号|端口"
    "|order|invoice|tracking|serial|sku|isbn|issn|trace|request|txn|transaction|build|version|release|commit|hash"
    "|checksum|timestamp|uuid|guid|amount|price|total|part no|product|model|ticket|case no|batch|revenue|population|error"
    "|epoch|seed|session|span|offset|bytes|port|size|barcode|ean|upc|imei"
)
_INSIDE = re.compile(r"(?:[0-9][.,]|[0-9a-f]-|[=&%#$¥￥€£_\\]|\w[./])\Z")
"""What stands right before a number that is a part of something longer, an amount or a variable's value."""
_SIGNED = re.compile(r"[$¥￥€£]\s?\Z|(?:rmb|cny|usd|eur)\s?\Z")


class Labels:
    """The words that name a kind of number; those of all other numbers speak against it."""

    def __init__(self, words: str) -> None:
        """``words``: an expression, in small letters."""
        self._found = re.compile(f"(?P<own>{words})|(?:{_OTHER_NUMBERS}|\\bid\\b|\\bno\\b)")

    def say(self, before: Before) -> int:
        """1: the nearest label is of this kind; -1: of another; 0: there is none."""
        last = None
        for found in self._found.finditer(before.text[-NEAR:]):
            last = found
        if last is None:
            return 0
        return 1 if last["own"] else -1


def inside(before: Before) -> bool:
    """Whether the match continues something: a decimal, a path, an assignment, an amount of money."""
    tail = before.text[-8:]
    return _INSIDE.search(tail) is not None or _SIGNED.search(tail) is not None


def claim(slug: str, value: str, confidence: float, *, skip: int = 0, length: int | None = None) -> Claim:
    """The claim. Evidence shows a fifth of the value at most; the subject is the kind, for a hash of so little can be undone."""
    return Claim(mask(value), Ref(kind="personal", id=slug), confidence, skip=skip, length=length)


def folded(matched: str) -> str:
    """The match with full-width digits and letters made plain, in small letters."""
    return fold(matched)
