"""What callers may use: rates, budgets, prices; and where it is counted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yanmen.core.config.section import Section

Most = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Budget = Annotated[
    str, Meta(pattern=r"^[0-9][0-9_]{0,18}(\.[0-9]{1,9})? ?([a-z]{3}|tokens|requests)/(day|month|total)$")
]
PerMillion = Annotated[float, Meta(ge=0, le=100_000)]
Tokens = Annotated[int, Meta(ge=1, le=10_000_000)]


class Allowance(Section, frozen=True):
    """What one key, user, team, tenant or model may use; 0 and nothing: no limit of this kind."""

    requests_per_minute: Most = 0
    """Calls within any minute."""
    requests_per_hour: Most = 0
    """The same within any hour."""
    requests_per_day: Most = 0
    """The same within any day."""
    tokens_per_minute: Most = 0
    """Tokens in and out together, as all token limits here, within any minute."""
    tokens_per_hour: Most = 0
    """The same within any hour."""
    tokens_per_day: Most = 0
    """The same within any day."""
    concurrent: Most = 0
    """Calls at once."""
    context_tokens: Most = 0
    """Tokens of one prompt, as estimated."""
    budgets: tuple[Budget, ...] = ()
    """Amounts that are never exceeded, by the calendar: ``5usd/month``, ``2000000tokens/day``, ``100requests/total``."""


def allowance_data(allowance: Allowance) -> dict[str, Any]:
    """An allowance as JSON, without what it does not limit."""
    said: dict[str, Any] = msgspec.to_builtins(allowance)
    return {name: value for name, value in said.items() if value}


class Price(Section, frozen=True):
    """What a model costs, and how much it may say."""

    input: PerMillion = 0
    """A million tokens in."""
    output: PerMillion = 0
    """A million tokens out."""
    cached: Annotated[float, Meta(ge=-1, le=100_000)] = -1
    """A million tokens in that the model's endpoint had in its cache; -1: as ``input``."""
    max_output_tokens: Most = 0
    """As in ``limits``, for this model; 0: as there."""
    image_tokens: Most = 0
    """The same."""


class Limits(Section, frozen=True):
    """What callers may use. Each table is for every key, user …; a named one takes the place of what it says itself."""

    timezone: str = "UTC"
    """Whose days and months budgets go by, e.g. ``Asia/Shanghai``."""
    currency: Annotated[str, Meta(pattern=r"^[a-z]{3}$")] = "usd"
    """Of all prices and budgets."""
    max_output_tokens: Tokens = 4_096
    """What is reserved for one answer, and asked for, where the caller names no maximum; a caller's own is cut to it."""
    image_tokens: Tokens = 50_000
    """What is reserved for one image, sound or file."""
    message_tokens: Annotated[int, Meta(ge=0, le=10_000)] = 32
    """What a model's template may add to each message, at most."""
    cut_off: bool = False
    """End a stream whose text, counted in bytes, has come to what is reserved and to the end of its budget."""
    key: Allowance = Allowance()
    user: Allowance = Allowance()
    team: Allowance = Allowance()
    tenant: Allowance = Allowance()
    model: Allowance = Allowance()
    """What all callers together may use of one model."""
    users: dict[str, Allowance] = msgspec.field(default_factory=dict)
    """By name: a user is what a call says of itself (``user``), within its tenant."""
    teams: dict[str, Allowance] = msgspec.field(default_factory=dict)
    """By name, as ``yanmen keys create --team`` gives it."""
    tenants: dict[str, Allowance] = msgspec.field(default_factory=dict)
    """By name."""
    models: dict[str, Allowance] = msgspec.field(default_factory=dict)
    """By name, or by pattern such as ``gpt-4*``; of several the longest."""
    prices: dict[str, Price] = msgspec.field(default_factory=dict)
    """By name or pattern of the model, in the same way."""


class Counters(Section, frozen=True):
    """Where it is counted what callers use."""

    url: str = ""
    """``valkey://host:6379/0``, ``redis://…``, with TLS ``valkeys://…``: one count for many gateways. Empty: in the process."""
    timeout_milliseconds: Annotated[int, Meta(ge=10, le=10_000)] = 250
    """How long the engine may take to answer; past it, it is gone."""
    unavailable: Literal["refuse", "local"] = "refuse"
    """While the engine is gone: refuse what has a limit, or count here, up to ``local_share`` of each limit."""
    local_share: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """The part of each limit that one gateway may use without the engine: what may be overspent is this times the gateways."""
    lease_seconds: Annotated[float, Meta(ge=1, le=3_600)] = 30
    """A gateway that has said nothing for so long is dead: what it had reserved counts as used."""
