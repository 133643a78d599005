"""The smallest set of edits to a project's manifests that takes its findings away, as a patch."""

from yanmen.supply.upgrades.planning import plan
from yanmen.supply.upgrades.resolving import Npm, Pip
from yanmen.supply.upgrades.wanted import Edit, Plan, Remaining

__all__ = ["Edit", "Npm", "Pip", "Plan", "Remaining", "plan"]
