"""The configuration: every section, its defaults and its bounds. The structs are the schema; unknown keys are errors."""

from yanmen.core.config.abuse import Abuse
from yanmen.core.config.calls import Bounds, Gateway, Upstream
from yanmen.core.config.edge import Edge
from yanmen.core.config.intel import Intel, Networks
from yanmen.core.config.loading import Loaded, line_of, load
from yanmen.core.config.mcp import Mount
from yanmen.core.config.rooms import Console, Guard, Policy, Soc, Store, Telemetry, Tenant
from yanmen.core.config.routes import Health, Model, Overload, Route
from yanmen.core.config.section import Section
from yanmen.core.config.supply import Licences, Supply
from yanmen.core.config.whole import Config

__all__ = [
    "Abuse",
    "Bounds",
    "Config",
    "Console",
    "Edge",
    "Gateway",
    "Guard",
    "Health",
    "Intel",
    "Licences",
    "Loaded",
    "Model",
    "Mount",
    "Networks",
    "Overload",
    "Policy",
    "Route",
    "Section",
    "Soc",
    "Store",
    "Supply",
    "Telemetry",
    "Tenant",
    "Upstream",
    "line_of",
    "load",
]
