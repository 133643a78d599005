"""Licences: what components say of theirs, what each demands, and what a project may take in."""

from yanmen.supply.licences.expressions import stated
from yanmen.supply.licences.judging import Judge, Judged

__all__ = ["Judge", "Judged", "stated"]
