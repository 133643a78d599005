"""The one error that a user can mend."""

from __future__ import annotations

from yanmen.core.language import language
from yanmen.core.nouns import Phrase

NO_HINT = Phrase(en="", zh="")
"""Where there is nothing to be done but to read the message."""


class YanmenError(Exception):
    """Something the user can put right, said in the language of whoever reads it.

    Everything else that goes wrong is a built-in exception: a bug, or the machine's fault.
    The command line prints the message and the hint and exits with 2; pages and the API show both.

    >>> raise YanmenError(
    ...     Phrase(en="there is no account eve", zh="没有 eve 这个账号"),
    ...     hint=Phrase(en="See `yanmen accounts list`.", zh="请用 `yanmen accounts list` 查看现有账号。"),
    ... )
    """

    def __init__(self, message: Phrase, *, hint: Phrase = NO_HINT, where: str = "") -> None:
        """Say what is wrong, where (``file:line`` or a place in a document), and what to do about it."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        """The error in the language of this process."""
        return self.say(language())

    def say(self, language: str) -> str:
        """``where: message`` where a place is known, in ``zh`` or else in English."""
        message = self.message.say(language)
        return f"{self.where}: {message}" if self.where else message
