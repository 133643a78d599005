"""Proof of work for a platform's own anonymous endpoints: a sign-up, a trial, a form. Made and checked here; nothing is remembered.

The platform gives a challenge to whoever comes, and asks whether the proof that comes back is good. It is bound to whatever the
platform says (a session, an address), good for a short time, and once: the use of a proof is an event whose id is the challenge's.
"""

from __future__ import annotations

from typing import Literal

from yanmen.core import proofs
from yanmen.core.clock import Clock, now
from yanmen.core.config import Abuse as Settings
from yanmen.core.nouns import Event, Ref
from yanmen.store import Store

WAIT_SECONDS = 30.0
SECRET = "proofs"  # noqa: S105  # the name of one
Outcome = Literal["good", "used", "malformed", "not-ours", "expired", "too-easy", "no-work"]


class Challenges:
    """Makes and checks."""

    def __init__(self, store: Store, settings: Settings | None = None, clock: Clock = now) -> None:
        """With the secret of the store, the same on every node."""
        self._store, self._settings, self._clock = store, settings or Settings(), clock
        self._secret = store.secrets(SECRET)

    def make(self, whom: str, bits: int = 0) -> str:
        """A challenge for somebody; ``bits`` 0: as configured."""
        settings = self._settings
        asked = bits or settings.proof_bits
        return proofs.challenge(
            self._secret, _for(whom), bits=asked, seconds=settings.proof_seconds, at=self._clock()
        )

    def check(self, whom: str, proof: str, actor: Ref, bits: int = 0) -> Outcome:
        """What a proof is worth; a good one is used up, durably, before it is called good."""
        asked, at = bits or self._settings.proof_bits, self._clock()
        found = proofs.checked(self._secret, _for(whom), proof, bits=asked, at=at)
        if not isinstance(found, proofs.Proved):
            return found
        data = {"bits": found.bits, "for": "check"}
        event = Event(id=found.event, at=at, kind="proof.spent", actor=actor, data=data)
        try:
            self._store.append(event).result(WAIT_SECONDS)
        except ValueError:  # the log takes an id once
            return "used"
        return "good"


def _for(whom: str) -> str:
    """Apart from what the gateway binds its own to."""
    return f"check\0{whom}"
