"""One budget for a file and for all that is inside it."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.targets import Artifact, Examined

SUBJECT = Ref(kind="model", id="sha256/00")


def _nest(artifact: Artifact, bounds: Bounds) -> Examined:
    """A container that holds itself."""
    bounds.count()
    return bounds.inside(artifact)


def test_a_container_that_holds_itself_ends_at_the_depth() -> None:
    """And the end is said, not left out."""
    bounds = Bounds(SUBJECT, _nest, Limits(depth=3))

    examined = bounds.inside(Artifact.held("a", b""))

    assert (examined.proof, [each.reason for each in examined.unexamined]) == ("unknown", ["too-large"])
    with pytest.raises(Unjudged):
        bounds.count(Limits().members - 2)


def test_members_spend_the_budget_of_the_whole() -> None:
    """What is unpacked three levels down counts at the top."""

    def unpack(artifact: Artifact, bounds: Bounds) -> Examined:
        bounds.unpack(artifact.size)
        return Examined(format="x", proof="proven_safe")

    bounds = Bounds(SUBJECT, unpack, Limits(unpacked=10))
    bounds.inside(Artifact.held("a", b"123456"))

    with pytest.raises(Unjudged, match="too-large"):
        bounds.inside(Artifact.held("b", b"123456"))


def test_time_is_bounded() -> None:
    """The reader is stopped at its next look."""
    bounds = Bounds(SUBJECT, _nest, Limits(seconds=-1))

    with pytest.raises(Unjudged, match="timed-out"):
        bounds.tick()
