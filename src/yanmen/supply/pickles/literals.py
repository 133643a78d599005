"""Arguments that are written as text. Only the one spelling that all readers take alike is accepted."""

from __future__ import annotations

import codecs
import re

from yanmen.supply.pickles.tape import BrokenStream

_INT = re.compile(rb"-?(?:0|[1-9][0-9]{0,4000})")
_OCTAL = re.compile(rb"\s*[+-]?0[0-7]+\s*")
_FLOAT = re.compile(rb"-?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?(?:e[+-]?[0-9]{1,4})?|inf|nan)")
_STRING = re.compile(rb"""(?:'[\x20-\x7e]*'|"[\x20-\x7e]*")""")
_LONGEST = 100
"""Characters of an oddly spelled number that is still made out."""
BOOLS = {b"00": False, b"01": True}


class Divergent(Exception):  # noqa: N818 (an answer, not a fault)
    """Readers take this argument differently; ``value`` is what the C unpickler most likely makes of it."""

    def __init__(self, what: str, value: object) -> None:
        super().__init__(what)
        self.value = value


def integer(line: bytes, base: int = 0) -> int:
    """Of INT and LONG; of GET and PUT in base 10. The C unpickler stops at a zero byte, and takes 010 in base 0 for octal."""
    if _INT.fullmatch(line):
        return int(line)
    said = line.partition(b"\0")[0]
    octal = base == 0 and _OCTAL.fullmatch(said)
    try:
        value = int(said, 8 if octal else base) if len(line) < _LONGEST else 0
    except ValueError:
        raise BrokenStream("no number") from None
    raise Divergent(f"a number written as {line[:40]!r}", value)


def floating(line: bytes) -> float:
    """Of FLOAT."""
    if _FLOAT.fullmatch(line):
        return float(line)
    try:
        value = float(line.partition(b"\0")[0])
    except ValueError:
        raise BrokenStream("no number") from None
    raise Divergent(f"a number written as {line[:40]!r}", value)


def string(line: bytes) -> str:
    """Of STRING, as text: what Python 2 called a string."""
    plain = _STRING.fullmatch(line) is not None
    if not plain and not (len(line) > 1 and line[:1] == line[-1:] and line[:1] in b"\"'"):
        if len(line.strip()) > 1 and line.strip()[:1] == line.strip()[-1:]:
            raise Divergent("white space around a string", line.strip()[1:-1].decode("latin-1"))
        raise BrokenStream("no string")
    try:
        decoded, _ = codecs.escape_decode(line[1:-1])
    except ValueError:
        raise BrokenStream("no string") from None
    text: str = decoded.decode("latin-1")
    if not plain:
        raise Divergent("a string with bytes that are not printable", text)
    return text


def unicode(line: bytes) -> str:
    """Of UNICODE."""
    try:
        return line.decode("raw-unicode-escape")
    except UnicodeDecodeError:
        raise BrokenStream("no text") from None


def text(data: bytes) -> str:
    """Of the binary forms: UTF-8 in which surrogates may stand."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise BrokenStream("no UTF-8") from None


def long(data: bytes) -> int:
    """Of LONG1 and LONG4."""
    return int.from_bytes(data, "little", signed=True)
