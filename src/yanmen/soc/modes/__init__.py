"""Modes of an emergency: who switches them, by hand, by schedule or by trigger, and how every switch is taken back."""

from yanmen.soc.modes.switch import Standing, Switch, find, history, in_force, standing, switch, undo

__all__ = ["Standing", "Switch", "find", "history", "in_force", "standing", "switch", "undo"]
