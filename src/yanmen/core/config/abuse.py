"""Sign-ups that are not what they seem."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from yanmen.core.config.section import Section

Share = Annotated[float, Meta(ge=0, le=1)]


class Abuse(Section, frozen=True):
    """Registrations that a platform reports."""

    challenge_at: Share = 0.5
    """From this score on a registration is challenged."""
    deny_at: Share = 0.85
    """From this score on it is denied."""
    proof_bits: Annotated[int, Meta(ge=8, le=32)] = 18
    """Work that is asked of whoever is challenged, in bits: 18 are a quarter of a second in Python, each more doubles it."""
    proof_seconds: Annotated[int, Meta(ge=10, le=3_600)] = 120
    """How long a challenge is good for."""
    disposable_domains: str = ""
    """A file of mail domains, one a line, beside the shipped list: whoever registers with one of them is suspect."""
