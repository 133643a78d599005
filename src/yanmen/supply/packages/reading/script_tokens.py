"""Tokens of JavaScript and TypeScript. What cannot be told is passed over, never guessed at length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Token:
    """A piece of code: ``kind`` is ``name``, ``number``, ``text``, ``template``, ``regex``, ``sign`` or ``end``."""

    kind: str
    value: str
    line: int
    after_break: bool
    """A line ends before it."""
    at: int = 0


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\v\u00a0\ufeff\u2028\u2029]+)
    |(?P<newline>\n)
    |(?P<comment>//[^\n]*|/\*.*?\*/|\#![^\n]*|<!--[^\n]*)
    |(?P<name>(?:[A-Za-z_$\u0080-\uffff]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})
        (?:[\w$\u0080-\uffff]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})*
        |\#[A-Za-z_$][\w$]*)
    |(?P<number>0[xX][0-9a-fA-F_]+n?|0[bB][01_]+n?|0[oO][0-7_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
    |(?P<text>"(?:[^"\\\n]|\\.|\\\n)*"|'(?:[^'\\\n]|\\.|\\\n)*')
    |(?P<template>`)
    |(?P<sign>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)
        |\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*|[-{}()\[\];,<>+*/%&|^!~?:=.@])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_REGEX = frozenset(
    "return typeof instanceof in of new delete void throw case do else yield await".split()
)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(\r\n|.))", re.DOTALL
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r\n": ""}
_UNICODE = 0x10FFFF


def unescaped(text: str) -> str:
    """The characters that a literal stands for."""
    return _ESCAPE.sub(_one, text) if "\\" in text else text


def _one(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= _UNICODE and not 0xD800 <= number <= 0xDFFF else "\ufffd"  # noqa: PLR2004  # surrogates
    if found[4]:
        return chr(int(found[4], 8))
    return _SIMPLE.get(found[5], found[5])


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a script. Raises ValueError where a literal or comment has no end."""
    place, line, broke = 0, 1, False
    last: Token | None = None
    while place < len(text):
        if text[place] == "/" and text[place : place + 2] not in {"//", "/*"} and _regex_may_stand(last):
            found = _REGEX.match(text, place)
            if found:
                last = Token("regex", found[0], line, broke, place)
                yield last
                place, broke = found.end(), False
                continue
        found = _TOKEN.match(text, place)
        if found is None:
            if text[place] in "\"'":
                raise ValueError(f"a string without an end at line {line}")
            place += 1
            continue
        kind = found.lastgroup or ""
        if kind == "newline":
            line, broke, place = line + 1, True, found.end()
            continue
        if kind in {"space", "comment"}:
            ended = found[0].count("\n")
            line, broke, place = line + ended, broke or bool(ended), found.end()
            continue
        if kind == "template":
            end = _template_end(text, place, line)
            last = Token("template", text[place + 1 : end - 1], line, broke, place)
            line += text.count("\n", place, end)
            place = end
        else:
            last = Token(kind, _value(kind, found[0]), line, broke, place)
            line += found[0].count("\n") if kind == "text" else 0
            place = found.end()
        broke = False
        yield last
    yield Token("end", "", line, after_break=True, at=place)


def _value(kind: str, text: str) -> str:
    if kind == "text":
        return unescaped(text[1:-1])
    return unescaped(text) if kind == "name" else text


def _regex_may_stand(last: Token | None) -> bool:
    if last is None:
        return True
    if last.kind == "name":
        return last.value in _BEFORE_REGEX
    return last.kind == "sign" and last.value not in {")", "]", "}", "++", "--"}


def _template_end(text: str, place: int, line: int) -> int:
    """Where a template literal ends, templates and braces within it counted."""
    depth: list[str] = ["`"]
    at = place + 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
            continue
        if depth[-1] == "`":
            if character == "`":
                depth.pop()
            elif character == "$" and text[at + 1 : at + 2] == "{":
                depth.append("{")
                at += 1
        elif character == "`":
            depth.append("`")
        elif character == "{":
            depth.append("{")
        elif character == "}":
            depth.pop()
        at += 1
        if not depth:
            return at
    raise ValueError(f"a template without an end at line {line}")


def template_parts(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a template: ``text`` or ``code``."""
    at = start = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith("${", at):
            yield ("text", unescaped(text[start:at]))
            end = _closing(text, at + 2)
            yield ("code", text[at + 2 : end])
            at = start = end + 1
        else:
            at += 1
    yield ("text", unescaped(text[start:]))


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        if text[at] in "\"'":
            quote = text[at]
            at += 1
            while at < len(text) and text[at] != quote:
                at += 2 if text[at] == "\\" else 1
        elif text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    return len(text)
