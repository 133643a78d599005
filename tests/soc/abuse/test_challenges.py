"""Proof of work for a platform's own endpoints."""

from __future__ import annotations

from yanmen.core.clock import SECOND, now
from yanmen.core.config import Abuse
from yanmen.core.nouns import Ref
from yanmen.core.proofs import solved
from yanmen.soc.abuse.challenges import Challenges
from yanmen.store import Store

PLATFORM = Ref(kind="key", id="key_platform")


def test_a_proof_is_good_once_and_for_whom_it_was_made(store: Store) -> None:
    """Over restarts too: another one over the same store knows that it was used."""
    first, second = (Challenges(store, Abuse(proof_bits=8)) for _ in range(2))
    proof = solved(first.make("session-1"))

    assert first.check("session-2", proof, PLATFORM) == "not-ours"
    assert second.check("session-1", proof, PLATFORM) == "good"
    assert first.check("session-1", proof, PLATFORM) == "used"
    (spent,) = store.events.after(0, 10, ("proof.spent",))
    assert (spent.event.actor, spent.event.data["bits"]) == (PLATFORM, 8)


def test_more_work_may_be_asked_and_time_ends(store: Store) -> None:
    """A harder one is no easier later."""
    late = [now()]
    challenges = Challenges(store, Abuse(proof_bits=8, proof_seconds=60), lambda: late[0])
    easy, hard = solved(challenges.make("s")), solved(challenges.make("s", 10))

    assert challenges.check("s", easy, PLATFORM, 10) == "too-easy"
    assert challenges.check("s", hard, PLATFORM, 10) == "good"
    late[0] += 61 * SECOND
    assert challenges.check("s", easy, PLATFORM) == "expired"
    assert challenges.check("s", "nonsense", PLATFORM) == "malformed"
