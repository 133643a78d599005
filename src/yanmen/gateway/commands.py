"""What the door asks of its shell, and what can go wrong with it. The door itself does no I/O.

A reply is sent into the door's generator; a failure is thrown into it: Gone, Cut, StoreFailed, or the pool's
UpstreamError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yanmen.core.language import accepted
from yanmen.core.nouns import Decision, Event, Ref, Text
from yanmen.gateway.context import Trace
from yanmen.intel.networks import NOWHERE, Origin
from yanmen.llm.wire.codec import Image
from yanmen.store.counters import Amounts, Plan

Headers = list[tuple[bytes, bytes]]


class Call(NamedTuple):
    """The head of a request, as the door sees it."""

    id: str
    """``call_…``; also its ``x-request-id``."""
    at: int
    """When it came, in microseconds."""
    method: str
    path: str
    headers: Headers
    """Names in lower case."""
    ip: str
    crowded: bool = False
    """Whether as many calls as may be are in flight already."""
    unrecorded: bool = False
    """Whether nothing that is said of it could be kept, so that it may not be let through."""
    trace: Trace | None = None
    """Where the call's span stands; nothing where nothing is traced."""
    origin: Origin = NOWHERE
    """Where its address is from, as far as ``intel.networks`` knows."""
    ja4: str = ""
    """The client's TLS fingerprint, as a trusted proxy tells it."""

    @property
    def tongue(self) -> str:
        """The language the caller reads."""
        return accepted(b",".join(self.header(b"accept-language")).decode("latin-1"))

    def header(self, name: bytes) -> list[bytes]:
        """Every value of a header."""
        return [value for found, value in self.headers if found == name]


class Crowded(NamedTuple):
    """Whether a tenant holds its share of the places for calls already; if not, it has one more. Reply: bool."""

    tenant: str


class ReadBody(NamedTuple):
    """The request's body. Reply: bytes."""


class Examine(NamedTuple):
    """Look at texts. Reply: Examination, with nothing left unsure."""

    texts: Sequence[Text]
    prompt: bool = False
    """They are a prompt: looked at by every tier, and together. False: an answer, or what stands in a head."""
    before: Sequence[Text] | None = None
    """Of an answer: the prompt it answers; None: there is none to look at it with."""


class Look(NamedTuple):
    """Read what is written in images. Reply: Shown."""

    images: Sequence[Image]


class Errand(NamedTuple):
    """What the choice of an upstream goes by."""

    tenant: str = ""
    key: str = ""
    """The key's id."""
    model: str = ""
    """As the client wrote it; empty: the call names none."""
    speaks: str = ""
    """The family of surfaces that the upstream must speak: ``openai``, ``anthropic`` or ``ollama``; empty: any."""
    priority: str = "normal"
    """The key's: ``high``, ``normal`` or ``low``."""


class Reserve(NamedTuple):
    """Reserve amounts on every limit of a plan, or on none. Reply: Granted or Denied; None where it cannot be counted."""

    lease: str
    plan: Plan
    amounts: Amounts


class Settle(NamedTuple):
    """What was really used of a lease. Reply: None."""

    lease: str
    used: Amounts


class Forward(NamedTuple):
    """Make the call upstream. Reply: Head, once the answer's head is there."""

    method: str
    path: str
    headers: Headers
    body: bytes
    subjects: tuple[Ref, ...]
    """Whom a ban that comes meanwhile would have to name to cut the answer off."""
    errand: Errand = Errand()


class Head(NamedTuple):
    """The head of an upstream's answer."""

    status: int
    headers: Headers
    encoding: bytes
    """Its content encoding; empty: none."""
    upstream: str = ""
    """Who answered, by its name in the configuration."""
    tries: int = 1
    """How many upstreams were asked."""


class Read(NamedTuple):
    """What has come of the answer's body. Reply: bytes; empty at its end."""

    within: float = 0.0
    """Seconds to wait; 0: as long as the upstream may take."""


class ReadAll(NamedTuple):
    """The whole body. Reply: bytes."""

    limit: int


class CloseUpstream(NamedTuple):
    """Be done with the upstream's answer. Reply: None."""


class Answer(NamedTuple):
    """Begin to answer the client, and end with it unless there is more. Reply: None."""

    status: int
    headers: Headers
    body: bytes
    more: bool = False


class Send(NamedTuple):
    """More of the answer's body. Reply: None."""

    body: bytes
    more: bool = True


class Keep(NamedTuple):
    """Keep a text in the vault. Reply: its commitment."""

    event: str
    tenant: str
    name: str
    content: bytes
    days: int


class Mask(NamedTuple):
    """Keep what placeholders stand for. Reply: Masked."""

    tenant: str
    key: str
    values: tuple[tuple[str, str], ...]
    """Kinds and values that need a placeholder."""
    names: frozenset[str]
    """What looks like a placeholder in the call."""


class Masked(NamedTuple):
    """What is kept."""

    placeholders: Mapping[tuple[str, str], str]
    """By kind and value."""
    values: Mapping[str, str]
    """By placeholder: what the caller may have back."""


class Own(NamedTuple):
    """Keep that ids of what the model's server keeps are a key's. Reply: None."""

    tenant: str
    key: str
    ids: tuple[str, ...]


class Owned(NamedTuple):
    """Which of these ids are a key's. Reply: a set of them."""

    tenant: str
    key: str
    ids: tuple[str, ...]


class Recall(NamedTuple):
    """What is known of the tools that MCP servers offer. Reply: a mapping by server and name."""


class Offered(NamedTuple):
    """Keep how tools are described that are new, or are described otherwise. Reply: None, once it is durable."""

    server: str
    tools: Mapping[str, str]
    """Digests of their descriptions by name."""
    actor: Ref
    """Whose call brought them."""


class Spend(NamedTuple):
    """Record the use of a proof, durably. Reply: whether it was not used before."""

    event: Event


class Record(NamedTuple):
    """Write an event; ``durable``: wait until it is on disk. Reply: None."""

    event: Event
    durable: bool


Command = (
    Crowded
    | ReadBody
    | Examine
    | Reserve
    | Settle
    | Look
    | Forward
    | Read
    | ReadAll
    | CloseUpstream
    | Answer
    | Send
    | Keep
    | Mask
    | Own
    | Owned
    | Recall
    | Offered
    | Spend
    | Record
)


class Gone(Exception):  # noqa: N818  # not a mistake of anybody's
    """The client has left."""


class TooLarge(Exception):  # noqa: N818  # an outcome
    """The request's body is past the bound."""


class Cut(Exception):  # noqa: N818  # an outcome
    """A ban, or the end of the key, came while the answer was on its way."""

    def __init__(self, decision: Decision) -> None:
        """The decision that ends it."""
        super().__init__(decision.id)
        self.decision = decision


class StoreFailed(Exception):  # noqa: N818  # an outcome
    """The event could not be written."""
