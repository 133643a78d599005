"""What the store answers beside the nouns of core: recorded events, keys, accounts, minutes of traffic, sightings."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from yanmen.core.config.limits import Allowance
from yanmen.core.nouns import Event, Noun

Scope = Literal["call", "guard", "intel", "admin"]
"""What a key may do: call models, ask the guard API, report leaked keys, administer."""
SCOPES: tuple[Scope, ...] = ("call", "guard", "intel", "admin")
Priority = Literal["high", "normal", "low"]


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
    team: str = ""
    models: tuple[str, ...] = ()
    """Patterns of the models it may call, e.g. ``gpt-4*``; none: all."""
    surfaces: tuple[str, ...] = ()
    """The surfaces it may use, e.g. ``chat``; none: all."""
    ips: tuple[str, ...] = ()
    """Addresses and networks it may be used from; none: all."""
    limits: Allowance = Allowance()
    """What it says itself takes the place of the configuration's limits for every key."""
    priority: Priority = "normal"
    """How soon its calls are served when there is too much to do."""

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


ModelState = Literal["candidate", "active", "retired"]
"""``active``: in force; ``retired``: was, or gave way. The shipped weights are in force while none is active."""
ReviewSource = Literal["reported", "uncertain", "drifted"]
"""Why a text is in the queue: somebody says it was misjudged, the guard was not sure, or it is unlike what was usual."""
ReviewState = Literal["open", "attack", "benign", "skip"]


class ModelVersion(Noun, frozen=True):
    """A version of the guard's model: which files, made from what, and where it stands."""

    version: str
    """``mdl_`` and 16 hex digits of the SHA-256 over its files' names and hashes: the same files are the same version."""
    files: dict[str, str]
    """SHA-256 in hex by file name."""
    made: int = 0
    parent: str = ""
    """The version it was trained from; nothing: the shipped weights."""
    card: dict[str, Any] = msgspec.field(default_factory=dict)
    """What it was trained on: counts, hashes, seed, quarantine, what each source changed."""
    state: ModelState = "candidate"
    before: str = ""
    """The version it replaced when it was last promoted; nothing: the shipped weights."""
    evaluation: dict[str, Any] = msgspec.field(default_factory=dict)
    """The newest measurement against the gates."""


class Voice(Noun, frozen=True):
    """What one person or program says a text is."""

    actor: str
    at: int
    label: str
    """``attack``, ``benign`` or ``skip``."""
    kind: str = ""
    """The class of an attack."""


class Review(Noun, frozen=True):
    """A text that a person should look at. The text itself, where it may be kept, lies in the vault."""

    id: str
    at: int
    source: ReviewSource
    actor: str = ""
    """Who reported it, ``kind:id``; nothing where the watch put it here."""
    key: str = ""
    """The key whose traffic it was."""
    tenant: str = ""
    ip: str = ""
    event: str = ""
    """The event under which the vault holds the text."""
    kept: str = ""
    """Its name there; nothing: the text was not kept."""
    part: str = ""
    """Where in the kept text: a JSON pointer, or nothing for all of it."""
    channel: str = "user"
    score: float = 0.0
    """What the guard made of it, 0 to 1."""
    sketch: str = ""
    evidence: str = ""
    """Masked."""
    label: str = ""
    """What the reporter says it is."""
    kind: str = ""
    note: str = ""
    state: ReviewState = "open"
    quarantine: str = ""
    """Why its label is not learnt from until a second person says the same; nothing: it is."""
    voices: tuple[Voice, ...] = ()

    @property
    def origin(self) -> str:
        """The source that a cap counts: the key, else the address, else whoever reported it."""
        return f"key:{self.key}" if self.key else f"ip:{self.ip}" if self.ip else self.actor


class Campaign(Noun, frozen=True):
    """Attacks that say nearly the same, whoever sent them."""

    id: str
    first: int
    last: int
    through: int
    """Every event up to this place in the log is counted."""
    seen: int
    stopped: int
    passed: int
    """Attacks that were let through."""
    sketch: str
    """Of the first one."""
    latest: str
    """Of the last one."""
    evidence: str = ""
    """Masked, of the first one."""
    rules: dict[str, int] = msgspec.field(default_factory=dict)
    keys: dict[str, int] = msgspec.field(default_factory=dict)
    """``key:…`` or ``ip:…``; past 20 further ones are counted under ``…``."""
    incident: str = ""


class Tool(Noun, frozen=True):
    """A tool that an MCP server offers."""

    server: str
    """The server's name in the configuration."""
    name: str
    digest: str
    """SHA-256 in hex of the description that it is trusted by: the first that was seen, or the one approved last."""
    latest: str
    """The same of the description seen last."""
    first: int
    changed: int
    """When the latest description was first seen."""
    approved: str = ""
    """Who approved it, ``kind:id``; nothing: it stands as it was first seen."""

    @property
    def trusted(self) -> bool:
        """Whether it is described as it was when it was first seen, or approved."""
        return self.digest == self.latest
