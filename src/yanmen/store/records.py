"""What the store answers beside the nouns of core: recorded events, keys, accounts, minutes of traffic, sightings."""

from __future__ import annotations

from typing import Literal

from yanmen.core.nouns import Event, Noun

Scope = Literal["call", "guard", "intel", "admin"]
"""What a key may do: call models, ask the guard API, report leaked keys, administer."""
SCOPES: tuple[Scope, ...] = ("call", "guard", "intel", "admin")


class Recorded(Noun, frozen=True):
    """An event and its place in the log. The canonical bytes of a record are this struct as JSON."""

    seq: int
    """From 1, without holes."""
    event: Event


class Key(Noun, frozen=True, kw_only=True):
    """An API key of ours. Its text is never stored, only its hash."""

    id: str
    """``key_…``."""
    hash: str
    """SHA-256 of the key in hex (``core.keys.key_hash``)."""
    name: str
    tenant: str = "default"
    scopes: tuple[Scope, ...] = ("call",)
    created: int
    """Microseconds since the epoch, as all times here."""
    expires: int = 0
    """0: never."""
    revoked: int = 0
    """0: not revoked."""
    replaces: str = ""
    """Id of the key this one was rotated from."""

    def usable(self, at: int) -> bool:
        """Whether the key opens anything at a time."""
        return not (self.revoked and self.revoked <= at) and (self.expires == 0 or at < self.expires)


class Account(Noun, frozen=True):
    """A person who may log in to the console."""

    name: str
    role: str
    hash: str
    """argon2 hash of the password, with its parameters."""


class Minute(Noun, frozen=True):
    """Calls of one minute that ended alike."""

    minute: int
    """Start of the minute, in microseconds since the epoch."""
    verdict: str
    kind: str
    model: str
    calls: int
    tokens_in: int
    tokens_out: int


class Sighting(Noun, frozen=True):
    """A finding as it stands in an event."""

    event: str
    """Id of the event."""
    at: int
    rule: str
    severity: int
    subject: str
    """``kind:id``."""
    evidence: str
    fingerprint: str
    verdict: str
    """What the event's verdict was, as a word; empty where it had none."""
