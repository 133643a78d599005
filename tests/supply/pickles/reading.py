"""One look at bytes, as the tests ask for it."""

from __future__ import annotations

import io

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.streams import Stream, read_streams


def read(data: bytes) -> tuple[Journal, list[Stream]]:
    """What was seen, and the values."""
    journal = Journal()
    return journal, read_streams(io.BytesIO(data), len(data), journal, lambda: None)


def proof(data: bytes) -> str:
    """``proven_safe``, ``unsafe`` or ``unknown``."""
    return read(data)[0].proof


def rules(data: bytes) -> set[str]:
    """What was found, by rule."""
    return {seen.rule.id for seen in read(data)[0].findings.values()}


def evidence(data: bytes) -> str:
    """What was seen, in one string."""
    return "\n".join(seen.evidence for seen in read(data)[0].findings.values())
