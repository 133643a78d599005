"""Findings become incidents, incidents are answered by playbooks, and every answer can be taken back."""

from yanmen.soc.bans import ban, seconds, subject_of
from yanmen.soc.cases import Overview, assign, ban_in, close, find, lift, overview, standing_bans
from yanmen.soc.facts import Facts, facts_of
from yanmen.soc.playbook import Playbook, built_in, in_force
from yanmen.soc.response import Done, Run, run, runs, undo
from yanmen.soc.watch import Soc

__all__ = [
    "Done",
    "Facts",
    "Overview",
    "Playbook",
    "Run",
    "Soc",
    "assign",
    "ban",
    "ban_in",
    "built_in",
    "close",
    "facts_of",
    "find",
    "in_force",
    "lift",
    "overview",
    "run",
    "runs",
    "seconds",
    "standing_bans",
    "subject_of",
    "undo",
]
