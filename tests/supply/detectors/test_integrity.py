"""Files that are not as they were installed."""

from __future__ import annotations

from yanmen.core.nouns import Finding
from yanmen.supply.detectors.integrity import DIFFER, Integrity
from yanmen.supply.purls import python


def test_what_differs_is_found() -> None:
    """With names, made visible."""
    (found,) = Integrity().detect(
        python("x", "1", where="site/x/METADATA", facts={"changed": "1: x/\x1b.py"})
    )

    assert isinstance(found, Finding)
    assert (found.rule, found.evidence, found.where.part) == (DIFFER, "1: x/\\u001b.py", "site/x/METADATA")
    assert list(Integrity().detect(python("x", "1"))) == []
