"""What the world knows: lists that you supply. Nothing is fetched."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from yanmen.core.config.section import Days, Section

ListName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class Networks(Section, frozen=True):
    """Whose network an address is of."""

    files: Annotated[tuple[str, ...], Meta(max_length=16)] = ()
    """MMDB files (country, ASN, city, anonymous IP), or CSV files with a header: ``network`` or ``start,end``, and ``country``,
    ``asn``, ``organisation``. Of two that speak of one address the first counts."""
    lists: Annotated[dict[ListName, str], Meta(max_length=64)] = msgspec.field(default_factory=dict)
    """Files of addresses and networks, one a line, by the list's name: ``tor = "tor-exits.txt"``."""


class Intel(Section, frozen=True):
    """What the world knows."""

    networks: Networks = Networks()
    max_feed_age_days: Days = 14
    """A feed of advisories whose newest content is older is stale: every answer that rests on it says so."""
    fingerprint_header: Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,64}$")] = ""
    """Header in which a trusted proxy of yours writes the client's TLS fingerprint (JA4), e.g. ``x-ja4``; from anybody else it is
    not believed. Empty: none does."""
