"""Which components a project can reach, and by which way."""

from yanmen.supply.reach.answer import Reach, Reached

__all__ = ["Reach", "Reached"]
