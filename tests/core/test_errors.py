"""The one error that a user can mend."""

from __future__ import annotations

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

MESSAGE = Phrase(en="no such verdict", zh="没有这种裁决")


def test_an_error_says_where_before_what() -> None:
    """As compilers do, so that an editor can jump to it."""
    hint = Phrase(en="One of allow, block.", zh="可用 allow、block。")
    error = YanmenError(MESSAGE, where="policy.yaml:7", hint=hint)

    assert str(error) == error.say("en") == "policy.yaml:7: no such verdict"
    assert error.hint == hint
    assert error.message == MESSAGE


def test_an_error_without_a_place_is_its_message() -> None:
    """No stray colon, and no hint where none was given."""
    error = YanmenError(MESSAGE)

    assert str(error) == "no such verdict"
    assert error.hint.say("zh") == ""


def test_an_error_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for a language in that one, else in that of the process."""
    error = YanmenError(MESSAGE, where="policy.yaml:7")
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert str(error) == error.say("zh") == "policy.yaml:7: 没有这种裁决"
    assert error.say("en") == "policy.yaml:7: no such verdict"
