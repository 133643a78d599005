"""Makes evidence fit to store and to show: secrets masked, control and direction characters escaped, length bounded."""

from __future__ import annotations

import unicodedata

LONGEST = 120
"""Characters of evidence kept."""


def mask(secret: str) -> str:
    """``sk-p…(51)``: at most a fifth of the secret, four characters at most, and its length."""
    shown = min(4, len(secret) // 5)
    return f"{visible(secret[:shown])}…({len(secret)})"


def visible(text: str) -> str:
    r"""The text with whatever a terminal or page could be fooled by written as ``\u202e``, and cut to LONGEST."""
    cut = text[:LONGEST]
    if not (cut.isascii() and cut.isprintable()):
        cut = "".join(character if _harmless(character) else _escaped(character) for character in cut)
    return cut + ("…" if len(text) > LONGEST else "")


def _harmless(character: str) -> bool:
    return character == " " or not (unicodedata.category(character)[0] == "C" or character.isspace())


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if character <= "\uffff" else f"\\U{ord(character):08x}"
