"""Whatever a person reads exists in English and in Chinese."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from yanmen.core.language import Messages

SOURCE = Path(__file__).parents[2] / "src/yanmen"
FOLDERS = sorted(
    {path.parent for path in SOURCE.rglob("en.yaml")} | {path.parent for path in SOURCE.rglob("zh.yaml")}
)
HAN = re.compile(r"[\u4e00-\u9fff]")


def _names(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(SOURCE).as_posix())
def test_messages_exist_in_both_languages_with_the_same_values(folder: Path) -> None:
    """The same keys, and the same ``{names}`` in each message."""
    messages = Messages(folder)
    keys = messages.keys()
    differing = {
        key
        for key in keys
        if _names(messages.say(key, tongue="en")) != _names(messages.say(key, tongue="zh"))
    }

    assert differing == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(SOURCE).as_posix())
def test_english_messages_are_english(folder: Path) -> None:
    """Chinese left in the English file is a message nobody wrote."""
    messages = Messages(folder)
    keys = messages.keys()
    left = {
        key
        for key in keys
        if HAN.search(messages.say(key, tongue="en").replace("雁门", "").replace("中文", ""))
    }

    assert left == set()
