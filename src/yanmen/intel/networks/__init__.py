"""Whose network an address is of: country, autonomous system, and the lists it is in."""

from yanmen.intel.networks.known import Networks
from yanmen.intel.networks.origin import NOWHERE, Origin

__all__ = ["NOWHERE", "Networks", "Origin"]
