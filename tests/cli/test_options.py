"""Options that many nouns share."""

from __future__ import annotations

import pytest

from yanmen.cli.options import tongue


@pytest.mark.parametrize(
    ("locale", "said"), [("zh_CN.UTF-8", "你好"), ("en_GB.UTF-8", "hello"), ("C", "hello")]
)
def test_help_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch, locale: str, said: str) -> None:
    """By YANMEN_LANG first, then the locale."""
    monkeypatch.setenv("YANMEN_LANG", locale)

    assert said == tongue("hello", "你好")
