"""Proof of work for a platform's own anonymous endpoints."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Shape
from yanmen.core.proofs import LONGEST
from yanmen.soc.abuse.challenges import Challenges, Outcome

Bits = Annotated[int, Meta(ge=0, le=32)]
Whom = Annotated[str, Meta(min_length=1, max_length=400)]


class AskedChallenge(Asked, frozen=True):
    """A challenge to make."""

    whom: Whom
    """Whom it is for: a session, an address; a proof is good for the same only."""
    bits: Bits = 0
    """How much work, each bit doubles it; 0: as configured (``abuse.proof_bits``)."""


class ChallengeShape(Shape, frozen=True):
    """A challenge, to be given to whoever comes."""

    challenge: str


class AskedProof(Asked, frozen=True):
    """A proof that came back."""

    whom: Whom
    proof: Annotated[str, Meta(max_length=LONGEST)]
    """``CHALLENGE:NONCE``, whose SHA-256 begins with as many zero bits as the challenge says."""
    bits: Bits = 0
    """At least so much work."""


class ProofShape(Shape, frozen=True):
    """What a proof is worth."""

    good: bool
    outcome: Outcome
    """``good`` once; then ``used``."""


def make_challenge(house: House, caller: Caller, asked: AskedChallenge) -> ChallengeShape:
    """Make a challenge of work for an anonymous endpoint; nothing is kept of it."""
    del caller
    challenges = Challenges(house.store, house.config.abuse, house.clock)
    return ChallengeShape(challenge=challenges.make(asked.whom, asked.bits))


def check_proof(house: House, caller: Caller, asked: AskedProof) -> ProofShape:
    """Say whether a proof of work is good; a good one is used up by it."""
    challenges = Challenges(house.store, house.config.abuse, house.clock)
    outcome = challenges.check(asked.whom, asked.proof, caller.ref, asked.bits)
    return ProofShape(good=outcome == "good", outcome=outcome)
