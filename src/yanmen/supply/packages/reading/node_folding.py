"""Constants of JavaScript, computed by tables of pure functions."""

from __future__ import annotations

import base64
import re
import urllib.parse
import zlib
from collections.abc import Callable
from typing import Any

from yanmen.supply.packages.reading.python_folding import decompressed
from yanmen.supply.packages.reading.python_folding import operate as operate_python

_MOST = 2_000_000
_WORD = 0xFFFFFFFF
_SIGN = 0x80000000


def operate(op: str, left: Any, right: Any) -> Any:
    """An operation on constants, as JavaScript has it."""
    if op == "+" and (isinstance(left, str | bytes) or isinstance(right, str | bytes)):
        return string(left) + string(right)
    if op in {"==", "==="}:
        return left == right
    if op in {"!=", "!=="}:
        return left != right
    if op in {"<", ">", "<=", ">="}:
        return operate_python(
            {"<": "Lt", ">": "Gt", "<=": "LtE", ">=": "GtE"}[op], number(left), number(right)
        )
    if op in {"^", "&", "|", "<<", ">>", ">>>"}:
        return _bits(op, number(left), number(right))
    if op.startswith("unary"):
        return _unary(op, left)
    return operate_python(op, number(left), number(right))


def _bits(op: str, left: Any, right: Any) -> int:
    first, second = int(left) & _WORD, int(right) & _WORD
    if op == ">>>":
        return first >> (second & 31)
    signed = first - (1 << 32) if first & _SIGN else first
    if op == "<<":
        done = (first << (second & 31)) & _WORD
    elif op == ">>":
        return signed >> (second & 31)
    else:
        done = {"^": first ^ second, "&": first & second, "|": first | second}[op]
    return done - (1 << 32) if done & _SIGN else done


def _unary(op: str, value: Any) -> Any:
    if op == "unarynot":
        return not value
    if op == "unarytypeof":
        return {str: "string", int: "number", float: "number", bool: "boolean"}.get(type(value), "object")
    if op == "unary~":
        return ~int(number(value))
    return -number(value) if op == "unary-" else number(value)


def number(value: Any) -> Any:
    """As JavaScript takes a value for a number. Raises ValueError where it is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if value is None or value in ([], ""):
        return 0
    if isinstance(value, str):
        return int(value, 0) if value[:2].lower() == "0x" else float(value) if "." in value else int(value)
    raise ValueError("no number")


def string(value: Any) -> str:
    """As JavaScript takes a value for a string."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "undefined"
    if isinstance(value, list):
        return ",".join(string(one) for one in value)
    return str(value)


def method(receiver: Any, name: str, args: list[Any]) -> Any:
    """A method of a string, a buffer, a number or an array that has no effect. Raises ValueError where there is none such."""
    if name == "toString":
        return _to_string(receiver, *args[:1])
    if isinstance(receiver, str) and name in _STRING:
        return _STRING[name](receiver, *args)
    if isinstance(receiver, bytes):
        if name in {"slice", "subarray"}:
            return receiver[_at(args, 0, 0) : _at(args, 1, len(receiver))]
        return method(receiver.decode("utf-8", "replace"), name, args)
    if isinstance(receiver, list) and name in _ARRAY:
        return _ARRAY[name](receiver, *args)
    raise ValueError(name)


def _to_string(value: Any, how: Any = "utf8") -> str:
    if isinstance(value, bytes):
        if how == "base64":
            return base64.b64encode(value).decode()
        return (
            value.hex()
            if how == "hex"
            else value.decode("latin-1" if how in {"binary", "latin1"} else "utf-8", "replace")
        )
    if isinstance(value, int) and isinstance(how, int) and 2 <= how <= 36:  # noqa: PLR2004  # bases that there are
        digits, rest = "", abs(value)
        while rest:
            digits, rest = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % how] + digits, rest // how
        return ("-" if value < 0 else "") + (digits or "0")
    return string(value)


def _at(args: list[Any], place: int, otherwise: int) -> int:
    return int(args[place]) if place < len(args) and args[place] is not None else otherwise


def _replace(text: str, what: str, by: str = "", *, every: bool = False) -> str:
    found = re.fullmatch(r"/((?:[^/\\]|\\.){1,60})/([a-z]*)", what)
    if found:
        plain = re.fullmatch(r"\[?\\?([^\\\[\]()*+?{}|^$.]|\\.)\]?", found[1])
        if plain is None:
            raise ValueError("a pattern that is not computed")
        what, every = plain[1].removeprefix("\\"), "g" in found[2]
    return text.replace(what, by) if every else text.replace(what, by, 1)


def _split(text: str, by: Any = None, *_: Any) -> list[str]:
    if by is None:
        return [text]
    return list(text) if by == "" else text.split(str(by))


_PLAIN = re.compile(
    r"/((?:\.|\\[dwDWsS]|\[(?:\\.|[^\]\\]){1,40}\]|[\w#|,;:_ -]){1,12}(?:\{\d{1,4}(?:,\d{0,4})?\}|\+)?)/[gimsu]*"
)
"""Patterns that are computed: no groups, at most one count, at the end."""


def _matched(text: str, what: str) -> list[str]:
    found = _PLAIN.fullmatch(what)
    if found is None:
        raise ValueError("a pattern that is not computed")
    return re.findall(found[1], text)


def _substring(text: str, low: Any = 0, high: Any = None) -> str:
    first, last = int(low), len(text) if high is None else int(high)
    return text[max(min(first, last), 0) : max(first, last)]


def _repeat(text: str, count: int) -> str:
    if len(text) * count > _MOST:
        raise ValueError("too long")
    return text * count


def _padded(text: str, size: int, by: str = " ") -> str:
    return (by * min(max(size - len(text), 0), 4_096))[: max(size - len(text), 0)] + text


_STRING: dict[str, Callable[..., Any]] = {
    "split": _split, "replace": _replace, "replaceAll": lambda text, what, by="": _replace(text, what, by, every=True),
    "match": _matched,
    "charAt": lambda text, at=0: text[int(at) : int(at) + 1], "charCodeAt": lambda text, at=0: ord(text[int(at)]),
    "codePointAt": lambda text, at=0: ord(text[int(at)]), "slice": lambda text, low=0, high=None: text[low:high],
    "substring": _substring, "substr": lambda text, low=0, count=None: text[low:][: count if count is not None else _MOST],
    "toLowerCase": str.lower, "toUpperCase": str.upper, "trim": str.strip, "trimEnd": str.rstrip, "trimStart": str.lstrip,
    "concat": lambda text, *more: text + "".join(string(one) for one in more),
        "indexOf": lambda text, what, *_: text.find(what),
    "includes": lambda text, what: what in text, "startsWith": lambda text, what: text.startswith(what),
    "endsWith": lambda text, what: text.endswith(what), "repeat": _repeat, "padStart": _padded,
        "normalize": lambda text, *_: text,
    "at": lambda text, at: text[at],
}  # fmt: skip
_ARRAY: dict[str, Callable[..., Any]] = {
    "join": lambda items, by=",": string(by).join("" if one is None else string(one) for one in items),
    "slice": lambda items, low=0, high=None: items[low:high],
        "indexOf": lambda items, what, *_: items.index(what) if what in items else -1,
    "includes": lambda items, what: what in items, "at": lambda items, at: items[at], "flat": lambda items, *_: [
        one for part in items for one in (part if isinstance(part, list) else [part])],
}  # fmt: skip


def _buffer(data: Any, how: Any = "utf8", *_: Any) -> bytes:
    if isinstance(data, list):
        return bytes(int(one) & 255 for one in data)
    text = string(data)
    if how in {"base64", "base64url"}:
        return _base64(text)
    if how == "hex":
        return bytes.fromhex(text)
    return (
        text.encode("latin-1", "replace") if how in {"binary", "latin1"} else text.encode("utf-8", "replace")
    )


def _base64(text: Any) -> bytes:
    plain = re.sub(r"[^A-Za-z0-9+/]", "", string(text).replace("-", "+").replace("_", "/"))
    return base64.b64decode(
        plain[: len(plain) // 4 * 4] + (plain[len(plain) // 4 * 4 :] + "==")[:4] * bool(len(plain) % 4)
    )


def _parse_int(text: Any, base: Any = 10) -> int:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[: int(base or 10)]
    plain = string(text).strip().lower()
    if plain.startswith("0x") and base in {10, 16}:
        return int(re.match(r"0x[0-9a-f]+", plain)[0], 16)  # type: ignore[index]
    found = re.match(f"[+-]?[{digits}]+", plain)
    if found is None:
        raise ValueError("no number")
    return int(found[0], int(base or 10))


def _codes(*codes: Any) -> str:
    return "".join(chr(int(number(code)) & 0x10FFFF) for code in codes)


def _inflated(data: Any, *_: Any) -> bytes:
    return decompressed(
        data if isinstance(data, bytes) else string(data).encode("latin-1", "replace"),
        lambda: zlib.decompressobj(47),
    )


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "String.fromCharCode": _codes, "String.fromCodePoint": _codes, "String.fromCharCode.apply": lambda _, codes: _codes(*codes),
    "atob": lambda text: _base64(text).decode("latin-1"),
    "btoa": lambda text: base64.b64encode(string(text).encode("latin-1")).decode(),
    "Buffer.from": _buffer, "buffer.Buffer.from": _buffer, "Buffer": _buffer, "parseInt": _parse_int,
        "Number": number, "String": string,
    "Number.parseInt": _parse_int, "parseFloat": float, "decodeURIComponent": lambda text: urllib.parse.unquote(string(text)),
    "decodeURI": lambda text: urllib.parse.unquote(string(text)),
        "unescape": lambda text: urllib.parse.unquote(string(text), "latin-1"),
    "encodeURIComponent": lambda text: urllib.parse.quote(string(text), safe=""), "Math.floor": lambda value: int(value // 1),
    "zlib.inflateSync": _inflated, "zlib.gunzipSync": _inflated, "zlib.unzipSync": _inflated, "Math.max": max, "Math.min": min,
    "Array": lambda *items: list(items), "Array.of": lambda *items: list(items), "Boolean": bool, "Uint8Array.from": _buffer,
}  # fmt: skip
