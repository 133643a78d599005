"""How what the data says is shown: short, visible, and without what may be a secret."""

from __future__ import annotations

import re

from yanmen.core.redaction import mask, visible

LONGEST = 48
"""Characters of a phrase that are shown."""
_SECRET = re.compile(
    r"(?=[A-Za-z0-9_+/=-]*\d)(?=[A-Za-z0-9_+/=-]*[A-Za-z])[A-Za-z0-9_+/=-]{16,}|\d{6,}|[^\s@]+@[^\s@]+"
)


def quoted(text: str) -> str:
    """What the data says, fit to be shown: short, visible, without what may be a secret or personal."""
    return f"“{visible(_SECRET.sub(lambda found: mask(found.group()), text[:LONGEST]))}”" + (
        f" (+{len(text) - LONGEST})" if len(text) > LONGEST else ""
    )
