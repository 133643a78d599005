"""Which language a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.language import Messages, accepted, language
from yanmen.core.nouns import Phrase


@pytest.mark.parametrize(
    ("variables", "read"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "YANMEN_LANG": "zh"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "zh"),
    ],
)
def test_our_own_variable_comes_before_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], read: str
) -> None:
    """YANMEN_LANG, LC_ALL, LC_MESSAGES, LANG; an empty one counts as absent."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert read == language()


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh-TW;q=0.7", "zh"),
        ("fr,zh;q=0.2", "zh"),
        ("fr", "en"),
        ("zh;q=nonsense,en", "en"),
        ("zh;q=0", "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_it_prefers(header: str, read: str) -> None:
    """By weight, then by order; English where neither is asked for."""
    assert read == accepted(header)


@given(st.text())
def test_no_header_breaks_the_choice(header: str) -> None:
    """A header is whatever a client sends."""
    assert accepted(header) in {"en", "zh"}


def _messages(folder: Path, en: str, zh: str) -> Messages:
    (folder / "en.yaml").write_text(en, "utf-8")
    (folder / "zh.yaml").write_text(zh, "utf-8")
    return Messages(folder)


def test_a_message_is_said_in_the_readers_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the environment, or as asked."""
    messages = _messages(tmp_path, "hello: 'Hello, {name}.'", "hello: '{name},你好。'")

    assert messages.say("hello", name="Li") == "Hello, Li."
    assert messages.say("hello", tongue="zh", name="Li") == "Li,你好。"

    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert messages.say("hello", name="Li") == "Li,你好。"


def test_a_message_is_had_in_both_languages(tmp_path: Path) -> None:
    """For an error, whose reader is not known where it is raised."""
    messages = _messages(tmp_path, "hello: 'Hello, {name}.'", "hello: '{name},你好。'")

    assert messages.phrase("hello", name="Li") == Phrase(en="Hello, Li.", zh="Li,你好。")


def test_a_message_without_values_keeps_its_braces(tmp_path: Path) -> None:
    """So that JSON can be shown as it is."""
    assert _messages(tmp_path, "x: '{\"a\": 1}'", "x: '{\"a\": 1}'").say("x") == '{"a": 1}'


def test_messages_in_one_language_only_do_not_load(tmp_path: Path) -> None:
    """The lacking key is named."""
    with pytest.raises(ValueError, match="not in both languages: only-here"):
        _messages(tmp_path, "both: a\nonly-here: b", "both: 甲")


def test_every_key_is_listed(tmp_path: Path) -> None:
    """For the tests of a surface."""
    assert _messages(tmp_path, "a: x\nb: y", "a: 甲\nb: 乙").keys() == {"a", "b"}
