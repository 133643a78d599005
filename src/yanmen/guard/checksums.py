"""Whether a string that looks like a secret is one: checksums, structure, chance and placeholders."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLACEHOLDER = re.compile(
    r"example|sample|dummy|placeholder|changeme|redacted|your[_-]|[_-]your|yourkey|insert|replace|fake|todo|foobar"
    r"|secret[_-]?here|key[_-]?here"
    r"|x{5,}|\*{3,}|\.{3,}|<|>|\$\{|\{\{|%s|(.)\1{6,}|0123456|1234567|abcdefg|deadbeef|qwerty",
    re.IGNORECASE,
)
"""Words and shapes of strings that stand in a secret's place."""


_LOCATIONS = {base64.b64decode("cHlwaS5vcmc="), base64.b64decode("dGVzdC5weXBpLm9yZw==")}
"""The two locations that PyPI's macaroons name, as the tokens spell them."""


def crc62(token: str, digits: int = 6) -> bool:
    """Whether the last six characters are the CRC-32 of those between prefix and them (GitHub since 2021, npm)."""
    body = token.partition("_")[2]
    number, check = zlib.crc32(body[:-digits].encode()), ""
    for _ in range(digits):
        number, digit = divmod(number, 62)
        check = _BASE62[digit] + check
    return body[-digits:] == check


def macaroon(token: str) -> bool:
    """Whether the token is a PyPI macaroon: base64 of version 2, whose first field is its location."""
    data = decoded(token.removeprefix("pypi-")).ljust(3, b"\0")
    return data[:2] == b"\x02\x01" and data[3 : 3 + data[2]] in _LOCATIONS


def jwt_header(token: str) -> bool:
    """Whether the part before the first dot is a JSON object that names an algorithm."""
    try:
        header = json.loads(decoded(token.partition(".")[0]))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg") or header.get("enc"), str)


def decoded(text: str) -> bytes:
    """Base64 in either alphabet, padded or not, up to what can be read; empty where nothing can."""
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    body = body[: len(body) - (len(body) % 4 == 1)]
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return b""


def entropy(text: str) -> float:
    """Shannon's entropy of the characters, in bits each: 0 for one repeated, about 4.5 for 30 random ones."""
    total = len(text)
    return (
        -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0
    )


def is_placeholder(text: str) -> bool:
    """Whether the string only stands in a secret's place."""
    return _PLACEHOLDER.search(text) is not None


def looks_random(text: str) -> bool:
    """Whether a token's characters could be chance: no placeholder, and varied enough for its length."""
    most = math.log2(max(len(text), 2))
    return not is_placeholder(text) and entropy(text) >= min(3.0, 0.72 * most)
