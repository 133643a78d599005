"""An error that a user can mend is said in both languages, side by side where it is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError

SOURCE = Path(__file__).parents[2] / "src/yanmen"
FILES = sorted(SOURCE.rglob("*.py"))
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words of English in a row, outside of quotation."""
QUOTED = re.compile(r"`[^`]*`|yanmen [a-z ]+")


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _calls(text: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


@cache
def _kinds() -> frozenset[str]:
    """The names of YanmenError and of whatever is made of it in the sources, however far."""
    bases: dict[str, set[str]] = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    kinds = {YanmenError.__name__}
    while more := {name for name, above in bases.items() if above & kinds} - kinds:
        kinds |= more
    return frozenset(kinds)


def _bare(text: str, kinds: frozenset[str]) -> list[int]:
    """The lines where an error is made with a text in one language: a string, or what says one."""
    return sorted(
        {
            node.lineno
            for node in _calls(text)
            if _called(node) in kinds
            for given in [*node.args, *(word.value for word in node.keywords if word.arg != "where")]
            if isinstance(given, ast.JoinedStr)
            or (isinstance(given, ast.Constant) and isinstance(given.value, str) and " " in given.value)
            or (isinstance(given, ast.Call) and _called(given) in {"str", "say", "repr", "visible"})
        }
    )


def _said(node: ast.expr) -> str | None:
    """A literal's text with its values left out, or nothing where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "\N{OBJECT REPLACEMENT CHARACTER}"
            for part in node.values
        )
    return None


def _half(text: str) -> list[tuple[int, str]]:
    """The phrases of a module whose Chinese is none, or has English sentences in it, or whose English has Chinese."""
    found = []
    for node in _calls(text):
        if _called(node) != "Phrase":
            continue
        words = {word.arg: _said(word.value) for word in node.keywords}
        english, chinese = words.get("en"), words.get("zh")
        if not english or chinese is None:
            continue
        plain = QUOTED.sub("", english).replace("雁门", "").replace("中文", "")
        sentence = WORDS.search(plain)
        if (sentence and not HAN.search(chinese)) or WORDS.search(QUOTED.sub("", chinese)):
            found.append((node.lineno, chinese))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_no_error_is_made_with_a_text_in_one_language(file: Path) -> None:
    """``YanmenError(Phrase(en=…, zh=…))`` or ``YanmenError(_MESSAGES.phrase(…))``, its hint likewise."""
    assert _bare(file.read_text("utf-8"), _kinds()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_the_chinese_of_a_phrase_is_chinese(file: Path) -> None:
    """What is a sentence in English is not left so in Chinese."""
    assert _half(file.read_text("utf-8")) == []


def test_these_rules_find_what_they_are_for() -> None:
    """Each way in which an error was, or might be, made with English only."""
    text = """
raise YanmenError("no such thing", hint=Phrase(en="a", zh="甲"))
raise YanmenError(f"no {thing}")
raise StoreError(Phrase(en="no", zh="没有"), hint="Look at it.")
raise YanmenError(str(error), hint=_HINT)
raise YanmenError(_MESSAGES.say("gone"))
raise YanmenError(Phrase(en="it is gone now", zh="没有了"), where="a b")
raise YanmenError(Phrase(en="it is gone now", zh="it is gone now"))
raise YanmenError(Phrase(en=f"it is {gone} now", zh=f"已经 is gone now {gone}"))
"""
    assert {"StoreError", "YanmenError", "RefusedError"} <= _kinds()
    assert _bare(text, _kinds()) == [2, 3, 4, 5, 6]
    assert [line for line, _ in _half(text)] == [8, 9]
