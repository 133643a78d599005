"""Mail addresses. The match is the part from ``@`` on; what stands before it is read back, so that no word waits for an ``@``."""

from __future__ import annotations

import re

from yanmen.guard.personal.context import claim, folded
from yanmen.guard.spans import Before, Claim, Harmless

DOMAIN = r"@(?:[a-z0-9][a-z0-9-]{0,40}\.){1,3}[a-z]{2,12}\b"
LOCAL = "[a-z0-9._%+-]{1,64}"
_FILES = frozenset(
    "png jpg jpeg gif svg webp js ts css json py md txt html yaml yml toml lock zip gz ico pdf mp3 mp4 service target socket timer"
    " mount local internal".split()
)
_NOBODY = frozenset(
    "git noreply no-reply donotreply do-not-reply postmaster mailer-daemon user username email name you someone your-email".split()
)
_SPECIMEN = re.compile(r"@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test|invalid)\Z")
_ESCAPE = re.compile(r"u[0-9a-f]{4}|[nrtbf]")
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")
"""An escape of JSON that is open before the match: its letter is not of the address."""
_IN_URL = re.compile(r"://[^\s/]*\Z")


def address(matched: str, before: Before) -> Claim | Harmless | None:
    """A mailbox of somebody: not of a robot, not a file's name, not the user of a URL."""
    escape = _ESCAPE.match(folded(matched)) if _ESCAPED.search(before.text) else None
    skip = escape.end() if escape else 0
    local, _, domain = folded(matched[skip:]).rpartition("@")
    if not local or local in _NOBODY or local[0] == "." or domain.rpartition(".")[2] in _FILES:
        return None
    if _IN_URL.search(before.text):
        return None
    return claim("email", matched[skip:], 0.6 if _SPECIMEN.search(folded(matched)) else 0.95, skip=skip)
