"""Token estimates, for limits and reports where the upstream says nothing. Rough on purpose: within a third for prose."""

from __future__ import annotations

ASCII_CHARACTERS = 4
"""Characters of English prose or code in one token (OpenAI's own rule of thumb)."""


def estimate(text: str) -> int:
    """How many tokens a text has: a quarter of its ASCII characters, and one for each 3 bytes of UTF-8 beyond ASCII.

    A Chinese character is 3 bytes and about one token in vocabularies of 100,000 entries and more.
    """
    if text.isascii():
        return (len(text) + ASCII_CHARACTERS - 1) // ASCII_CHARACTERS
    size = len(text.encode("utf-8", "surrogatepass"))
    wide = min(len(text), (size - len(text) + 1) // 2)
    narrow = len(text) - wide
    return narrow // ASCII_CHARACTERS + max(1, (size - narrow) // 3)
