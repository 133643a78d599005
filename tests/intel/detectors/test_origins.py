"""Where a call comes from."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding
from yanmen.intel.detectors.origins import Origins
from yanmen.intel.networks import NOWHERE, Origin


@pytest.mark.parametrize(
    ("origin", "evidence"),
    [(Origin("DE", "AS64496", "One", ("tor",)), "DE AS64496 tor"), (NOWHERE, "unknown")],
)
def test_an_origin_is_said_and_so_is_that_there_is_none(origin: Origin, evidence: str) -> None:
    """A rule may let only known ones in."""
    (found,) = Origins().detect(origin)

    assert isinstance(found, Finding)
    assert found.evidence == evidence
