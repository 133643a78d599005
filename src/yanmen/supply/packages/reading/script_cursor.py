"""A place among the tokens of a script."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script_tokens import Token, tokens

_DEEPEST = 220
_MOST = 600_000
"""Tokens of a script that are read."""


class Cursor(ABC):
    """Takes tokens one after another. Raises ValueError where they nest too deeply or are too many."""

    def __init__(self, text: str, *, deep: int = 0, line: int = 0) -> None:
        self.tokens: list[Token] = []
        for token in tokens(text):
            token.line += line
            self.tokens.append(token)
            if len(self.tokens) > _MOST:
                raise ValueError(f"more than {_MOST} tokens")
        self.place = 0
        self.deep = deep

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    def ahead(self, count: int = 1) -> Token:
        """A later token."""
        return self.tokens[min(self.place + count, len(self.tokens) - 1)]

    def next(self, count: int = 1) -> Token:
        """Take a token, or several; the first is given."""
        found = self.tokens[self.place]
        self.place = min(self.place + count, len(self.tokens) - 1)
        return found

    def accept(self, value: str) -> bool:
        """Take the token where it is this one."""
        if self.token.value == value and self.token.kind in {"sign", "name"}:
            self.next()
            return True
        return False

    @contextlib.contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of nesting more."""
        self.deep += 1
        if self.deep > _DEEPEST:
            raise ValueError("nested too deeply")
        try:
            yield
        finally:
            self.deep -= 1

    @abstractmethod
    def statement(self) -> list[s.Node]:
        """A statement."""

    @abstractmethod
    def block(self) -> list[s.Node]:
        """A block."""

    def braces(self) -> None:
        """Pass over what stands in brackets."""
        depth = 0
        while self.token.kind != "end":
            value = self.next().value
            depth += (value in {"{", "(", "["}) - (value in {"}", ")", "]"})
            if depth <= 0:
                return
