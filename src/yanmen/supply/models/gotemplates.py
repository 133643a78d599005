"""Templates of Ollama, which are Go's: they can call a few harmless functions and nothing else, but they can plant text too.

Go's templates know no attributes beyond the fields they are given, read no files and start nothing. What is looked for is a
branch on what a message says. They are read by a small reader of actions: names, texts and keywords.
"""

from __future__ import annotations

import re

from yanmen.supply.models import rules
from yanmen.supply.models.report import Report

_GO = re.compile(r"\{\{-?\s*(?:(?:if|range|with|else if)\s+[^}]*[.$][A-Z]|\.[A-Z]|range\s|\$\w*\s*:=)")
_JINJA = re.compile(r"\{%")
_ACTION = re.compile(r"\{\{-?(?P<action>(?:\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[^}\"`]|\}(?!\}))*)-?\}\}")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[.$]?[A-Za-z_][\w.$]*|[^\s\w]")
_KNOWN = frozenset(
    "if else end range with define template block break continue and or not eq ne lt le gt ge len index slice print printf"
    " println json html js urlquery call true false nil currentDate yesterday toTypeScriptType toJson in split contains"
    " lastUserIdx in".split()
)
_CONTENT = re.compile(r"\.(?:Content|Prompt|Response)\b")
_NATURAL = re.compile(r"^[^\W_][^<>\[\]{}|/\\]*$")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_COMPARING = frozenset({"eq", "ne", "contains", "in"})


def looks_like(text: str) -> bool:
    """Whether a template is Go's rather than Jinja's."""
    return bool(_GO.search(text)) and not _JINJA.search(text)


def judge(text: str, report: Report, inside: str) -> None:
    """Every action of it: unknown functions, and branches on what a message says."""
    odd = set()
    place = 0
    while match := _ACTION.search(text, place):
        place = match.end()
        action = match["action"].strip().strip("-").strip()
        if action.startswith("/*"):
            continue
        tokens = _TOKEN.findall(action)
        odd |= {token for token in tokens if token[0].isalpha() and token not in _KNOWN}
        if (
            tokens
            and tokens[0] in {"if", "else", "with"}
            and _COMPARING & set(tokens)
            and _CONTENT.search(action)
        ):
            _branch(text, match, tokens, report, inside)
    if "{{" in _ACTION.sub("", text):
        report.miss("malformed", "an action without an end", inside=inside)
    for name in sorted(odd)[:20]:
        report.miss("unsupported", f"template: the function {name}", inside=inside)
    if not odd:
        report.step(f"template {inside}: Go, known functions only")


def _branch(text: str, match: re.Match[str], tokens: list[str], report: Report, inside: str) -> None:
    keys = [token[1:-1] for token in tokens if token[0] in '"`']
    written = re.split(r"\{\{-?\s*(?:end|else)\b", text[match.end() :], maxsplit=1)[0][:4_000]
    plain = re.sub(r"<[^<>]{0,80}>", " ", _ACTION.sub(" ", written))
    natural = [key for key in keys if _NATURAL.match(key)]
    words = len(_WORDS.findall(plain))
    if keys and words >= 3:  # noqa: PLR2004 (as in planting)
        rule = rules.TEMPLATE_PLANTS if natural else rules.TEMPLATE_DEPENDS
        report.find(
            rule, f"{(natural or keys)[0]!r} → {' '.join(plain.split())}", inside=inside, confidence=0.9
        )
