"""Where calls go: names for models, routes, when an upstream is left alone, and what happens when there are too many calls."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yanmen.core.config.section import Count, Seconds, Section

Wire = Literal["openai", "anthropic", "ollama"]
"""A family of surfaces that an upstream may speak."""
Weight = Annotated[int, Meta(ge=1, le=1_000)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Model(Section, frozen=True):
    """A name that clients may use for a model, and what stands behind it."""

    model: str = ""
    """The name that upstreams are asked for; empty: the same."""
    names: dict[str, str] = msgspec.field(default_factory=dict)
    """By upstream: the name that this one alone is asked for."""
    upstreams: tuple[str, ...] = ()
    """Who serves it; empty: every upstream that serves the name it is asked for."""
    fallback: tuple[str, ...] = ()
    """Who serves it while none of ``upstreams`` can: ejected, resting or full."""
    weights: dict[str, Weight] = msgspec.field(default_factory=dict)
    """By upstream: its weight here, in place of its own."""


class Route(Section, frozen=True):
    """Whose calls go where. The first route of the file that fits a call is taken."""

    tenants: tuple[str, ...] = ()
    """Whose calls it is for; empty: everybody's."""
    models: tuple[str, ...] = ()
    """Names as clients write them, ``*`` for anything; empty: every model."""
    surfaces: tuple[Wire, ...] = ()
    """Which surfaces it is for; empty: all."""
    upstreams: tuple[str, ...] = ()
    """Who serves such calls; at least one."""
    fallback: tuple[str, ...] = ()
    """Who serves them while none of ``upstreams`` can: ejected, resting or full."""
    weights: dict[str, Weight] = msgspec.field(default_factory=dict)
    """By upstream: its weight here, in place of its own."""


class Health(Section, frozen=True):
    """When an upstream is left alone for a while, and when a call is tried again elsewhere."""

    failures: Count = 5
    """So many failures in a row eject it: no connection, no answer in time, no HTTP, 502, 503, 504."""
    failing_share: Share = 0.5
    """It is ejected, too, when so many of its calls failed within the window; here 500 counts as well. 0: never for this."""
    window_seconds: Seconds = 30
    """The window."""
    window_calls: Count = 20
    """Fewer calls than this within the window say nothing."""
    eject_seconds: Seconds = 5
    """How long it is left alone the first time; twice as long each time after. Then one call tries it."""
    eject_most_seconds: Seconds = 300
    """The longest."""
    retry_share: Share = 0.2
    """How many calls of a hundred may be tried once more at another upstream, beside ten at the start."""
    tries: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often one call is tried at most."""


class Overload(Section, frozen=True):
    """What happens when there are more calls than upstreams take."""

    adaptive: bool = False
    """Find by its latency how many calls an upstream takes at once; false: its ``calls``, or else its ``connections``."""
    least_calls: Count = 4
    """An adaptive limit never falls below it."""
    tolerance: Annotated[float, Meta(ge=1.1, le=10)] = 2.0
    """How many times its usual an upstream's latency may be before it is asked for less at once."""
    queue: Count = 512
    """Calls that may wait for a place at an upstream. Past it the tenant that has most of them waiting loses its last one."""
    queue_seconds: Seconds = 10
    """How long a call waits."""
    standing_seconds: Seconds = 1
    """How long it waits while its tenant's queue has not been empty for ``queue_seconds``: such a queue is no burst."""
    tenant_share: Annotated[float, Meta(gt=0, le=1)] = 0.8
    """How many of the gateway's places for calls one tenant may hold, where there are several."""
    weights: dict[str, Weight] = msgspec.field(default_factory=dict)
    """By tenant: its share of upstreams while calls wait, beside the others' 10."""
    low_tenants: tuple[str, ...] = ()
    """Tenants whose calls can wait, whatever their keys say: see a key's priority (``yanmen keys``)."""
