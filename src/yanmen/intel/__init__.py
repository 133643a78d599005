"""What the world knows: leaked keys that were seen outside, and whose network an address is of."""

from yanmen.intel.leaks import Outcome, listed, sighted

__all__ = ["Outcome", "listed", "sighted"]
