"""Texts that were found clean, by their digest: a conversation's earlier turns and its list of tools are read once."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from threading import Lock

from yanmen.core.nouns import Trust
from yanmen.guard.examination import Channel

MOST = 16_384
"""Digests that are kept, about 2 MB; the one that was asked for longest ago goes first."""


class Memory:
    """What one guard, with its packs and its model, has found clean. Texts themselves are not kept."""

    def __init__(self, most: int = MOST) -> None:
        """Nothing is known."""
        self._most = most
        self._scores: dict[bytes, float] = {}
        self._lock = Lock()
        self._key = secrets.token_bytes(32)

    def digest(self, text: str, channel: Channel, trust: Trust = "user", role: str = "user") -> bytes:
        """What a text is known by, as the models judge it in a channel, and the other detectors by its trust and role.

        Nobody outside can make two that are alike.
        """
        data = f"{role} {text}".encode("utf-8", "surrogatepass")
        judged = f"{channel} {trust}".encode()
        return blake2b(data, digest_size=16, key=self._key, person=judged).digest()

    def score(self, digest: bytes) -> float | None:
        """The score of a text that was found clean; None where it is not known."""
        score = self._scores.get(digest)
        if score is not None and len(self._scores) * 2 > self._most:
            self.keep(digest, score)
        return score

    def keep(self, digest: bytes, score: float) -> None:
        """A text is clean."""
        with self._lock:
            self._scores.pop(digest, None)
            self._scores[digest] = score
            while len(self._scores) > self._most:
                del self._scores[next(iter(self._scores))]
