"""Turns findings into decisions: YAML rules with tests inside, standing decisions, shadow mode. Looks at nothing itself."""

from yanmen.policy.policy import Policy
from yanmen.policy.reloader import Reloader
from yanmen.policy.situation import Judgement, Situation
from yanmen.policy.standing import Standing
from yanmen.policy.waivers import exception_from

__all__ = ["Judgement", "Policy", "Reloader", "Situation", "Standing", "exception_from"]
