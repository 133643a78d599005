"""A model file of any format, judged by what loading it would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from yanmen.core.nouns import Finding, Rule, Unexamined
from yanmen.core.plugins import Detector
from yanmen.supply.models.examine import look
from yanmen.supply.models.rules import RULES
from yanmen.supply.pickles.rules import RULES as PICKLES
from yanmen.supply.targets import Artifact


class ModelFiles(Detector[Artifact]):
    """Findings of a file, and what of it could not be judged. Whoever wants the proof as well asks ``examine.look``."""

    rules: ClassVar[tuple[Rule, ...]] = (*RULES, *PICKLES)

    def detect(self, target: Artifact) -> Iterator[Finding | Unexamined]:
        """Reads the file; runs nothing of it."""
        examined = look(target)
        yield from examined.findings
        yield from examined.unexamined
