"""One registration: what a platform says of it, and what is kept of that. Nothing personal is kept but as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Annotated

import msgspec
from msgspec import Meta

from yanmen.intel.agents import family
from yanmen.intel.networks import Origin
from yanmen.policy.standing import V4, parse_address
from yanmen.soc.abuse import mail

Short = Annotated[str, Meta(max_length=200)]
KINDS = (
    "device",
    "mailbox",
    "ip",
    "prefix",
    "ja4",
    "agent",
    "shape",
    "domain",
    "phone",
    "referrer",
    "prompt",
)
"""What two registrations may have in common."""
V6_SITE = 64
"""Bits of an IPv6 address that stand for one household."""


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign-up as a platform reports it. Whatever is not known is left out."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    """The platform's own; feedback names it."""
    at: int = 0
    """Microseconds since the epoch; 0: now."""
    ip: Annotated[str, Meta(max_length=64)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    email_hash: Annotated[str, Meta(max_length=128)] = ""
    """In place of the address: a hash of your own of the normalised address; then only its repetition is judged."""
    email_domain: Annotated[str, Meta(max_length=253)] = ""
    """Beside ``email_hash``."""
    name: Short = ""
    user_agent: Annotated[str, Meta(max_length=1_000)] = ""
    ja4: Short = ""
    """The TLS fingerprint, as your own front end saw it."""
    device: Short = ""
    """An id of the device or browser."""
    form_seconds: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    """From the form being shown to its being sent."""
    referrer: Annotated[str, Meta(max_length=1_000)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    """The number, or its first digits."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a registration."""

    tokens: dict[str, str]
    """By kind, 16 hex digits of a keyed hash."""
    own: dict[str, float]
    """What it says by itself, each 0 to 1."""
    seconds: float = -1.0
    """Of the form; -1: not known."""


def hashed(secret: bytes, kind: str, value: str) -> str:
    """A value as it is kept: without the secret of the data folder it can be neither read nor tried."""
    return hmac.new(
        secret, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()[:16]


def seen(one: Registration, origin: Origin, disposable: frozenset[str], secret: bytes) -> Seen:
    """What is kept of a registration, and what it says by itself."""
    address = mail.parsed(one.email)
    domain = address.domain or mail.plain_domain(one.email_domain)
    values = {
        "device": one.device,
        "mailbox": address.canonical or one.email_hash,
        "ip": one.ip,
        "prefix": prefix(one.ip),
        "ja4": one.ja4,
        "agent": family(one.user_agent),
        "shape": f"{address.shape}@{domain if mail.is_common(domain) else '*'}" if address.shape else "",
        "domain": "" if mail.is_common(domain) else domain,
        "phone": re.sub(r"\D", "", one.phone)[:7],
        "referrer": referrer(one.referrer),
    }
    own = {
        "disposable": float(mail.is_disposable(domain, disposable)),
        "gibberish": max(mail.gibberish(address.local), mail.gibberish(one.name)),
        "numbered": mail.numbered(address.local),
        "automation": float(_AUTOMATION.search(one.user_agent) is not None),
        "hosting": float(bool(_HIDDEN & set(origin.networks))),
        "fast_form": _fast(one.form_seconds),
    }
    return Seen(
        tokens={kind: hashed(secret, kind, value) for kind, value in values.items() if value},
        own={name: round(value, 3) for name, value in own.items() if value},
        seconds=-1.0 if one.form_seconds is None else round(one.form_seconds, 2),
    )


def prefix(ip: str) -> str:
    """The /24 or /64 of an address; nothing where it is none."""
    parsed = parse_address(ip)
    if parsed is None:
        return ""
    width, number = parsed
    return f"4:{number >> 8:x}" if width == V4 else f"6:{number >> width - V6_SITE:x}"


def referrer(text: str) -> str:
    """The host and first step of an address."""
    return re.sub(r"^[a-z]+://", "", text.strip().lower()).partition("?")[0][:60]


def _fast(seconds: float | None) -> float:
    """No person fills a form in two seconds; in eight a few do, by a password manager."""
    return 0.0 if seconds is None else max(0.0, min(1.0, (8.0 - seconds) / 6.0))


_AUTOMATION = re.compile(
    r"headless|phantomjs|puppeteer|playwright|selenium|webdriver|python-|aiohttp|httpx|curl/|wget/|go-http|okhttp|java/|node-fetch"
    r"|axios|scrapy|libwww",
    re.IGNORECASE,
)
_HIDDEN = {"tor", "vpn", "hosting", "proxy"}
