"""What the world knows: leaked keys that were seen outside."""

from yanmen.intel.leaks import Outcome, sighted

__all__ = ["Outcome", "sighted"]
