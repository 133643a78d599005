"""What a caller is told of limits: the headers of every answer, and those of a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yanmen.store.counters import MONEY, REQUESTS, TOKENS, Denied, Left

Header = tuple[bytes, bytes]
_WORDS = {REQUESTS: "requests", TOKENS: "tokens"}
LONGEST = 86_400
"""Seconds: the longest wait that is said."""
PATIENCE = 60
"""Seconds: OpenAI's clients wait no longer; past it they would only try in vain."""
_MILLISECOND, _SECOND, _MINUTE, _HOUR = 1_000, 1_000_000, 60_000_000, 3_600_000_000


def headers(left: Sequence[Left]) -> list[Header]:
    """``x-ratelimit-limit-requests`` and its kin, for the rate of each kind that has the smallest part left."""
    found: list[Header] = []
    for measure, word in _WORDS.items():
        those = [one for one in left if one.meter.measure == measure]
        if those:
            least = min(those, key=lambda one: one.remaining / one.meter.limit)
            found += [
                (f"x-ratelimit-limit-{word}".encode(), b"%d" % least.meter.limit),
                (f"x-ratelimit-remaining-{word}".encode(), b"%d" % least.remaining),
                (f"x-ratelimit-reset-{word}".encode(), duration(least.reset).encode()),
            ]
    return found


def refused(denied: Denied) -> list[Header]:
    """The same, with when to come again. Where waiting does not help, clients that ask are told not to."""
    found = headers(denied.left)
    if denied.retry < 0:
        return [*found, (b"x-should-retry", b"false")]
    seconds = min(LONGEST, max(1, -(-denied.retry // _SECOND)))
    found.append((b"retry-after", b"%d" % seconds))
    return [*found, (b"x-should-retry", b"false")] if seconds > PATIENCE else found


def code(denied: Denied) -> str:
    """The message of a refusal."""
    if denied.meter.kind == "budget":
        return "insufficient_quota"
    if denied.meter.kind == "concurrent":
        return "too_many_concurrent_calls"
    return "request_exceeds_limit" if denied.retry < 0 else "rate_limit_exceeded"


def named(denied: Denied, amount: int) -> dict[str, Any]:
    """What the message says: whose limit of what, without the name of whoever it is."""
    meter = denied.meter
    kind, _, rest = meter.name.partition(":")
    words = rest.rsplit("/", 3 if meter.kind == "budget" else 2)
    what = "/".join(words[1:3]) if meter.kind != "concurrent" else "calls"
    money = meter.measure == MONEY
    return {
        "whose": kind,
        "what": what,
        "limit": _shown(meter.limit, money=money),
        "remaining": _shown(denied.remaining, money=money),
        "requested": _shown(amount, money=money),
    }


def duration(micros: int) -> str:
    """A duration as OpenAI writes it: ``12ms``, ``1.5s``, ``6m0s``, ``1h2m3s``."""
    if micros < _SECOND:
        return f"{-(-micros // _MILLISECOND)}ms"
    hours, rest = divmod(micros, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds = f"{rest / _SECOND:.3f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _shown(amount: int, *, money: bool) -> str:
    return f"{amount / 1e9:.6f}".rstrip("0").rstrip(".") if money else str(amount)
