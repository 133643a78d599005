"""Door 1: what the gateway listens on, what a call may take, and the model endpoint behind it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from yanmen.core.config.mcp import Mount, MountName
from yanmen.core.config.routes import Health, Model, Overload, Route, Weight, Wire
from yanmen.core.config.section import Bytes, Count, Port, Seconds, Section


class Bounds(Section, frozen=True):
    """What one connection and one call may take. Past it: a clear refusal, and the resources freed."""

    body_bytes: Bytes = 8 << 20
    """A request body."""
    header_bytes: Bytes = 32 << 10
    """All header bytes of a request, its request line included."""
    header_count: Count = 100
    """Header lines of a request."""
    header_seconds: Seconds = 10
    """From the first byte of a request to the end of its headers."""
    body_seconds: Seconds = 60
    """From the end of the headers to the end of the body."""
    min_body_rate: Count = 512
    """Bytes a second a sender must keep up, judged after five seconds."""
    min_drain_rate: Count = 512
    """Bytes a second a reader must take once the write buffer is full, judged after five seconds."""
    idle_seconds: Seconds = 75
    """How long a kept-alive connection may say nothing."""
    json_depth: Annotated[int, Meta(ge=4, le=512)] = 64
    """Objects and lists inside one another."""
    json_values: Count = 200_000
    """Values (strings, numbers, objects …) in one request."""
    event_bytes: Bytes = 1 << 20
    """One server-sent event of an answer."""
    answer_bytes: Bytes = 64 << 20
    """The whole answer of the model."""
    connections: Count = 2_048
    """Connections open at once."""
    concurrent_calls: Count = 1_024
    """Calls examined or answered at once; the next one is told to come back later."""


class Upstream(Section, frozen=True):
    """The model endpoint behind the gateway."""

    url: str = ""
    """Base path of its OpenAI-compatible surface, e.g. ``https://host/v1``; empty: the bundled model."""
    key: str = ""
    """Its credential. Better: ``key_file``, or the environment variable named by ``key_env``."""
    key_file: str = ""
    """File that holds the credential."""
    key_env: str = "YANMEN_UPSTREAM_KEY"
    """Environment variable that holds the credential."""
    headers: dict[str, str] = msgspec.field(default_factory=lambda: {"authorization": "Bearer {key}"})
    """Header templates; ``{key}`` is the credential. Azure OpenAI: ``{"api-key" = "{key}"}``."""
    query: dict[str, str] = msgspec.field(default_factory=dict)
    """Added to each call's query string, e.g. ``{"api-version" = "2025-03-01"}``."""
    connect_seconds: Seconds = 10
    """To open a connection, TLS included."""
    first_byte_seconds: Seconds = 300
    """From the call sent to the first byte of the answer."""
    between_bytes_seconds: Seconds = 60
    """Between two pieces of an answer."""
    total_seconds: Seconds = 3_600
    """From the call sent to the end of the answer."""
    connections: Count = 512
    """Connections to the endpoint at once."""
    ca_file: str = ""
    """Certificates to trust (PEM) instead of the system's."""
    tls_certificate: str = ""
    """Our certificate with its chain (PEM), for an endpoint that asks who calls (mTLS)."""
    tls_key: str = ""
    """Its key (PEM), without a passphrase."""
    weight: Weight = 1
    """Its share of the calls that several upstreams serve."""
    models: tuple[str, ...] = ()
    """Names of the models it serves, ``*`` for anything; empty: whatever it is asked for."""
    surfaces: tuple[Wire, ...] = ()
    """What it speaks; empty: everything."""
    calls: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Calls it takes at once; 0: as many as connections. More wait (see ``[gateway.overload]``)."""
    probe: str = ""
    """A path under its base that is asked for from time to time, e.g. ``/models``; empty: calls alone show how it does."""
    probe_seconds: Seconds = 10
    """How often."""


class Gateway(Section, frozen=True):
    """Door 1: calls."""

    host: str = "127.0.0.1"
    """Address to listen on; the default is this machine only."""
    port: Port = 8080
    """0: any free one."""
    upstream: Upstream = Upstream()
    upstreams: dict[str, Upstream] = msgspec.field(default_factory=dict)
    """By name: more endpoints. The one above is called ``default`` among them."""
    models: dict[str, Model] = msgspec.field(default_factory=dict)
    """By the name that clients use: what stands behind it."""
    routes: dict[str, Route] = msgspec.field(default_factory=dict)
    """By name, in order: whose calls go where. Where none fits, to every upstream that serves the model."""
    mcp: dict[MountName, Mount] = msgspec.field(default_factory=dict)
    """By name: MCP servers, each served at ``/mcp/NAME``."""
    health: Health = Health()
    overload: Overload = Overload()
    bounds: Bounds = Bounds()
    safe_answer: Annotated[str, Meta(max_length=2_000)] = ""
    """Text that stands in the place of an answer that policy withholds, with HTTP 200 and ``content_filter``; empty: an error."""
    allow_fields: tuple[str, ...] = ()
    """Request fields that policy would refuse or strip, let through all the same, e.g. ``guided_json``."""
    pass_paths: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^/[\w./-]{1,200}$")], ...], Meta(max_length=64)
    ] = ()
    """Beginnings of paths that are let through though Yanmen does not know them, e.g. ``/v1/rerank``: every string is judged."""
    open_probes: bool = False
    """Answer ``/healthz``, ``/readyz`` and ``/metrics`` to anyone; false: to this machine only."""
    trusted_proxies: tuple[str, ...] = ()
    """Proxies in front (addresses or networks): what they say of the client in ``x-forwarded-for`` or ``forwarded`` is believed."""
    tls_certificate: str = ""
    """Certificate with its chain (PEM): the gateway speaks HTTPS by itself. Empty: HTTP."""
    tls_key: str = ""
    """The certificate's key (PEM), without a passphrase. Both files are read again when they change."""
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Gateway processes behind the one port, each of about 250 MB with the learned models."""
    drain_seconds: Annotated[int, Meta(ge=0, le=3_600)] = 0
    """After SIGTERM: how long calls are still taken while ``/readyz`` says ``draining``, for a balancer in front to notice."""
    stop_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 30
    """After that: how long answers in flight may take to finish."""
