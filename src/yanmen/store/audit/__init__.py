"""Checks the record from its own bytes, against its signed checkpoints and against one kept elsewhere."""

from yanmen.store.audit.proof import Proof, gaps, prove, public_key, signed_checkpoint
from yanmen.store.audit.report import Problem, Report
from yanmen.store.audit.verify import verify

__all__ = ["Problem", "Proof", "Report", "gaps", "prove", "public_key", "signed_checkpoint", "verify"]
