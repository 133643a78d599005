"""Everything ``yanmen.toml`` may say."""

from __future__ import annotations

import msgspec

from yanmen.core.config.abuse import Abuse
from yanmen.core.config.calls import Gateway
from yanmen.core.config.edge import Edge
from yanmen.core.config.intel import Intel
from yanmen.core.config.limits import Counters, Limits
from yanmen.core.config.rooms import Console, Guard, Policy, Soc, Store, Telemetry, Tenant
from yanmen.core.config.section import Section
from yanmen.core.config.supply import Supply


class Config(Section, frozen=True):
    """Everything ``yanmen.toml`` may say."""

    data: str = "data"
    """Folder of the store, keys and secrets."""
    language: str = ""
    """``en`` or ``zh``; empty: the locale's."""
    gateway: Gateway = Gateway()
    console: Console = Console()
    edge: Edge = Edge()
    policy: Policy = Policy()
    guard: Guard = Guard()
    limits: Limits = Limits()
    store: Store = Store()
    counters: Counters = Counters()
    intel: Intel = Intel()
    abuse: Abuse = Abuse()
    soc: Soc = Soc()
    supply: Supply = Supply()
    telemetry: Telemetry = Telemetry()
    tenants: dict[str, Tenant] = msgspec.field(default_factory=dict)
    """By name: what is kept of each."""
