"""What findings and gaps say, in the reader's language: the English that they carry, rendered by templates.

The English stands in events, fingerprints, baselines and JSON, and stays as it is; a page and a terminal show the reader's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

_MARK = re.compile(r"\{[*,#]?\}")
_PLAIN = "((?:(?!; |: ).)+?)"
"""What a mark stands for: no sentence ends within it."""
_NUMBER = r"(\d[\d,.]*)"
_LONGEST = 2_000
"""Characters of a text that is looked at; a longer one is shown as it is."""
_SURE = 6
"""Characters that a template must say itself to stand beside a colon: what is quoted there may begin with a word of ours."""
_DEEP = 4
"""Sentences within sentences."""
_PLACES = 4
"""Colons of a text at which it is taken apart."""


class _Template(NamedTuple):
    form: re.Pattern[str]
    anchor: str
    """Its longest piece: what lacks it is no such sentence."""
    marks: tuple[str, ...]
    said: str


def said(text: str, tongue: str) -> str:
    """A finding's evidence, a gap's detail or a step of a proof as a person reads it; as it stands where nobody rendered it."""
    return _known(text) if tongue == "zh" and len(text) <= _LONGEST else text


@lru_cache(4096)
def _known(text: str) -> str:
    return _rendered(text, _DEEP) or text


def _rendered(text: str, deep: int, least: int = 0) -> str | None:
    """The Chinese of a text, or of those of its parts that have one; None: of none."""
    whole = _whole(text, deep, least)
    if whole is not None or not deep:
        return whole
    if "; " in text:
        parts = text.split("; ")
        found = [_rendered(part, deep - 1) for part in parts]
        if any(one is not None for one in found):
            return "；".join(one or part for one, part in zip(found, parts, strict=True))
    return _around_colon(text, deep)


def _whole(text: str, deep: int, least: int = 0) -> str | None:
    for one in _templates():
        if one.anchor not in text or len(one.anchor) < least:
            continue
        match = one.form.fullmatch(text)
        if match:
            return one.said.format(*_values(one, match.groups(), deep))
    return None


def _values(one: _Template, given: tuple[str, ...], deep: int) -> Iterator[str]:
    """What stood at the marks."""
    for mark, value in zip(one.marks, given, strict=True):
        if mark == "{*}":
            yield (_rendered(value, deep - 1) if deep else None) or value
        elif mark == "{,}":
            yield "、".join(_whole(item, 0) or item for item in value.split(", "))
        else:
            yield value


def _around_colon(text: str, deep: int) -> str | None:
    """``where: what`` and ``what: quoted``: at the first colon beside which something is known."""
    for head, tail in _halves(text):
        before, after = _whole(head, deep - 1, _SURE), _rendered(tail, deep - 1, _SURE)
        if before is not None or after is not None:
            return f"{before or head}：{after or tail}"
    return None


def _halves(text: str) -> Iterator[tuple[str, str]]:
    at = -1
    for _ in range(_PLACES):
        at = text.find(": ", at + 1)
        if at < 0:
            return
        yield text[:at], text[at + 2 :]


@cache
def _templates() -> tuple[_Template, ...]:
    """Those that say most come first."""
    loaded = yaml.safe_load((Path(__file__).parent / "chinese.yaml").read_text("utf-8"))
    found = sorted(loaded.items(), key=lambda pair: (-len(_MARK.sub("", pair[0])), pair[0]))
    return tuple(_template(english, chinese) for english, chinese in found)


def _template(english: str, chinese: str) -> _Template:
    pieces = _MARK.split(english)
    marks = tuple(_MARK.findall(english))
    form = re.escape(pieces[0])
    for mark, piece in zip(marks, pieces[1:], strict=True):
        form += (_NUMBER if mark == "{#}" else _PLAIN) + re.escape(piece)
    if english.endswith((": {}", ": {*}")):  # what is quoted at the end may hold anything
        form = form.removesuffix(_PLAIN) + "(.+)"
    return _Template(
        re.compile(form, re.DOTALL),
        max(pieces, key=len),
        marks,
        chinese,
    )
