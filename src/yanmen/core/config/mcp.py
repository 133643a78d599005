"""MCP servers behind the gateway."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from yanmen.core.config.section import Count, Seconds, Section

MountName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A step of an address."""


class Mount(Section, frozen=True):
    """An MCP server that speaks Streamable HTTP, served at ``/mcp/NAME``."""

    url: str
    """Its endpoint, e.g. ``https://tools.example/mcp``."""
    key: str = ""
    """Its credential. Better: ``key_file``, or the environment variable named by ``key_env``."""
    key_file: str = ""
    """File that holds the credential."""
    key_env: str = ""
    """Environment variable that holds the credential."""
    headers: dict[str, str] = msgspec.field(default_factory=lambda: {"authorization": "Bearer {key}"})
    """Header templates; ``{key}`` is the credential. A caller's own key of ours is never sent on."""
    connect_seconds: Seconds = 10
    """To open a connection, TLS included."""
    first_byte_seconds: Seconds = 300
    """From the call sent to the first byte of the answer."""
    between_bytes_seconds: Seconds = 3_600
    """Between two pieces of an answer: a server may have nothing to say for long."""
    total_seconds: Seconds = 86_400
    """From the call sent to the end of the answer."""
    connections: Count = 512
    """Connections to the server at once."""
    ca_file: str = ""
    """Certificates to trust (PEM) instead of the system's."""
    tls_certificate: str = ""
    """Our certificate with its chain (PEM), for a server that asks who calls (mTLS)."""
    tls_key: str = ""
    """Its key (PEM), without a passphrase."""
