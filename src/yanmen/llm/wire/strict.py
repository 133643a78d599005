"""JSON read so that every parser after this one reads the same: whatever parsers disagree on is refused.

Refused: duplicate keys (parsers keep the first, the last or both), invalid UTF-8, lone surrogates, a byte order mark,
NaN, Infinity and numbers out of a double's range or of over 308 digits; for requests, keys of one object that differ in
case only (Go's ``encoding/json`` folds case). Bounded in depth and in number of values before memory is spent on them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ENDLESS = b"0" * 309
"""As many digits as the first integer past a double has."""
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Malformed(ValueError):  # noqa: N818  # an outcome
    """JSON that is broken, too large, or that parsers read differently. The word is stable; see the gateway's messages."""

    def __init__(self, word: str, detail: str = "") -> None:
        """``word``: ``not-json``, ``duplicate-key``, ``case-variant``, ``too-deep``, ``too-many-values``."""
        super().__init__(f"{word}: {detail}" if detail else word)
        self.word = word
        self.detail = detail


def read(body: bytes, *, depth: int, values: int) -> Any:
    """The JSON value of a body, or Malformed. ``depth`` counts nested containers, ``values`` strings, numbers and containers."""
    _bounded(body, depth, values)
    if _ENDLESS in body.translate(_DIGITS) and _ENDLESS in _STRING.sub(b"", body).translate(_DIGITS):
        raise Malformed("not-json", "a number of over 308 digits")
    try:
        tree = _decode(body)
    except RecursionError:
        raise Malformed("too-deep", f"more than {depth} levels") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed("not-json", _plain(error)) from error
    canonical = _encode(tree)
    if canonical != body and canonical != msgspec.json.format(body, indent=-1):
        _second_opinion(body, tree)
    return tree


def no_variants(tree: Any, known: frozenset[str] = frozenset()) -> None:
    """Raise Malformed when two keys of one object anywhere in the tree differ in case only.

    ``known`` are names of which no two do: objects that have no others need no closer look.
    """
    level = [tree]
    while level:
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                if (
                    len(node) > 1
                    and not known.issuperset(node)
                    and len(set(map(str.casefold, node))) != len(node)
                ):
                    raise Malformed("case-variant", _doubled([key.casefold() for key in node]))
                below += node.values()
            else:
                below += node
        level = [child for child in below if type(child) is dict or type(child) is list]


def _bounded(body: bytes, depth: int, values: int) -> None:
    """Count before decoding: every value but the first of a container follows a comma, the first an opening bracket."""
    opens = body.count(b"[") + body.count(b"{")
    if opens <= depth and opens + body.count(b",") < values:
        return
    bare = _STRING.sub(b"", body)
    if bare.count(b"[") + bare.count(b"{") + bare.count(b",") >= values:
        raise Malformed("too-many-values", f"more than {values} values")
    level = 0
    for bracket in re.findall(rb"[\[\]{}]", bare):
        level += 1 if bracket in b"[{" else -1
        if level > depth:
            raise Malformed("too-deep", f"more than {depth} levels")


def _second_opinion(body: bytes, tree: Any) -> None:
    """Read a body that is not in canonical form a second time, with another parser that is told of every key.

    A body equal, but for white space, to its own re-encoding needs none: the encoder writes each key once.
    """
    try:
        other = _OTHER.decode(body.decode())
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("not-json", "parsers disagree") from error
    if other != tree:
        raise Malformed("not-json", "parsers disagree")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("duplicate-key", _doubled([key for key, _ in pairs]))
    return found


def _doubled(keys: list[str]) -> str:
    """The first key that stands twice, cut to a length fit for a message."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return ascii(key[:40])
        seen.add(key)
    return ""


def _no_constant(name: str) -> Any:
    raise Malformed("not-json", name)


def _plain(error: Exception) -> str:
    """A parser's message without the input's bytes."""
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    return str(error)[:160]


_OTHER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
