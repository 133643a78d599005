"""The family of a client, of what it says of itself: what an update of it changes, and its every letter does not."""

from __future__ import annotations

import re

from yanmen.core.redaction import visible

LONGEST = 500
"""Characters that are looked at."""
_NAMED = re.compile(r"([A-Za-z][A-Za-z._-]{0,30})/v?(\d{1,4})")
_BROWSERS = ("MicroMessenger", "Edg", "OPR", "Firefox", "Chrome", "Version")
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")


def family(text: str) -> str:
    """``Chrome/126 Windows``, ``openai-python/1``, ``curl/8``; nothing where nothing is named."""
    cut = text[:LONGEST]
    found = dict(reversed(_NAMED.findall(cut)))
    name = next((one for one in _BROWSERS if one in found), next(iter(reversed(found)), ""))
    folded = cut.casefold()
    system = next((one for one in _SYSTEMS if one.casefold() in folded), "")
    return visible(f"{name}/{found[name]} {system}".strip() if name else system)[:60]
