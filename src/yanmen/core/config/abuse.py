"""Sign-ups and clients that are not what they seem."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from yanmen.core.config.section import Section

Share = Annotated[float, Meta(ge=0, le=1)]


class Abuse(Section, frozen=True):
    """Registrations that a platform reports, challenges, and the clients behind keys."""

    challenge_at: Share = 0.5
    """From this score on a registration is challenged."""
    deny_at: Share = 0.85
    """From this score on it is denied."""
    disposable_domains: str = ""
    """A file of mail domains, one a line, beside the shipped list: whoever registers with one of them is suspect."""
    work_bits: Annotated[int, Meta(ge=8, le=24)] = 18
    """Zero bits that a challenge's answer must have: each more doubles the work; 18 takes a phone about a second."""
    work_seconds: Annotated[int, Meta(ge=10, le=3_600)] = 300
    """How long a challenge may be answered."""
    verifier: str = ""
    """Address of your own CAPTCHA verifier: its tokens are sent there by POST of JSON; empty: none."""
    clients: bool = True
    """Watch how callers behave, and say when one is unlike the others and unlike its own past."""
