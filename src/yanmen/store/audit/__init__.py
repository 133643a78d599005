"""Checks the record from its own bytes, against its signed checkpoints and against one kept elsewhere."""

from yanmen.store.audit.proof import Proof, gaps, prove, public_key, rotations, signed_checkpoint
from yanmen.store.audit.report import Problem, Report
from yanmen.store.audit.rotation import Rotation, rotate
from yanmen.store.audit.verify import verify

__all__ = [
    "Problem",
    "Proof",
    "Report",
    "Rotation",
    "gaps",
    "prove",
    "public_key",
    "rotate",
    "rotations",
    "signed_checkpoint",
    "verify",
]
