"""What policy is told beside the findings, and what it answers."""

from __future__ import annotations

from typing import Literal

from yanmen.core.nouns import Decision, Noun, Ref

Direction = Literal["in", "out"]
"""``in``: on its way to the model; ``out``: on its way from it."""


class Situation(Noun, frozen=True):
    """Who asks for what, and when: all that a rule may look at beside the finding."""

    at: int
    """Microseconds since the epoch, UTC."""
    subject: Ref
    """What the decision is about, e.g. ``call:call_01…``."""
    subjects: tuple[Ref, ...] = ()
    """Who is concerned: key, tenant, user, ip, model. Standing decisions name one of these."""
    direction: Direction = "in"
    surface: str = ""
    """``chat``, ``completions``, ``guard`` …"""
    country: str = ""
    """Where the caller's address is from, as far as ``intel.networks`` knows: two capital letters."""
    asn: str = ""
    """``AS64496``."""
    network: tuple[str, ...] = ()
    """Names of the lists that the address is in."""
    tenant: str = "default"
    model: str = ""
    shadow_until: int = 0
    """Until this time (microseconds) nothing is enforced, only said."""

    @property
    def key(self) -> str:
        """The id of the caller's key, or nothing."""
        return next((ref.id for ref in self.subjects if ref.kind == "key"), "")


class Judgement(Noun, frozen=True):
    """What a door does, and what it would have done."""

    decision: Decision
    """What the door obeys."""
    shadow: Decision | None = None
    """What would have been decided were nothing in shadow; only when that is stricter."""
