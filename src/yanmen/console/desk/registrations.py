"""Sign-ups that a platform reports: judged one by one and together, answered with a verdict and its reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Limit, Shape
from yanmen.core.nouns import Phrase
from yanmen.policy.modes import NORMAL, OWN, files_in, modes
from yanmen.soc.abuse.clusters import Cluster
from yanmen.soc.abuse.registration import Registration
from yanmen.soc.abuse.registrations import MOST, Answer, Feedback
from yanmen.soc.abuse.scoring import Verdict
from yanmen.soc.modes import in_force


class AskedRegistrations(Asked, frozen=True):
    """One registration or many, in the order they came."""

    registrations: Annotated[list[Registration], Meta(min_length=1, max_length=MOST)]


class RegistrationShape(Shape, frozen=True):
    """What is said of one registration."""

    id: str
    verdict: Literal["allow", "challenge", "deny"]
    score: float
    """0 to 1."""
    reasons: list[Phrase]
    """The weightiest first."""
    cluster: str
    """Registrations that belong together have one."""
    members: int
    """Of the cluster, this one among them."""
    event: str
    """The event that records it."""


class RegistrationsShape(Shape, frozen=True):
    """What is said of each, in order."""

    results: list[RegistrationShape]


class AskedLabelOf(Asked, frozen=True):
    """What is known later of one registration."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    label: Literal["fraud", "good"] | None = None
    first_prompt: Annotated[str, Meta(max_length=20_000)] = ""
    """The first text its owner sent. Of it a keyed hash of its sketch is kept."""


class AskedFeedback(Asked, frozen=True):
    """Labels and first prompts."""

    feedback: Annotated[list[AskedLabelOf], Meta(min_length=1, max_length=MOST)]


class FeedbackShape(Shape, frozen=True):
    """Of each, whether the registration is known."""

    known: list[bool]


class AskedClusters(Asked, frozen=True):
    """Which clusters to list."""

    least: Annotated[int, Meta(ge=2, le=100_000)] = 4
    """Members."""
    limit: Limit = 50


class ClusterShape(Shape, frozen=True):
    """Registrations that belong together."""

    id: str
    members: int
    first: int
    last: int
    in_common: dict[str, float]
    """By kind of thing, which share of the members has the most frequent one: ``ja4``, ``device``, ``shape`` …"""
    scattered: float
    """0: all from one network; 1: from everywhere."""
    fraud: float
    """Labels, faded."""
    good: float


class ClustersShape(Shape, frozen=True):
    """Clusters, the last seen first."""

    clusters: list[ClusterShape]


def report_registrations(house: House, caller: Caller, asked: AskedRegistrations) -> RegistrationsShape:
    """Judge sign-ups; durable before it is answered. Personal data are kept as keyed hashes only."""
    found = house.registrations().judge(asked.registrations, caller.ref, _floor(house))
    return RegistrationsShape(results=[_shape(one) for one in found])


def registration_feedback(house: House, caller: Caller, asked: AskedFeedback) -> FeedbackShape:
    """Say what sign-ups turned out to be; weights move by it, within bounds."""
    given = [Feedback(one.id, one.label, one.first_prompt) for one in asked.feedback]
    return FeedbackShape(known=house.registrations().learn(given, caller.ref))


def registration_clusters(house: House, caller: Caller, asked: AskedClusters) -> ClustersShape:
    """Clusters of sign-ups, the last seen first, with what their members have in common."""
    del caller
    found = house.registrations().clusters(asked.least, asked.limit)
    return ClustersShape(clusters=[_cluster(one) for one in found])


def _floor(house: House) -> Verdict:
    """What the mode in force makes of every sign-up at least."""
    name = in_force(house.store)
    mode = modes(files_in(house.store.folder / OWN)).get(name) if name != NORMAL else None
    return mode.text.registrations if mode is not None else "allow"


def _shape(one: Answer) -> RegistrationShape:
    return RegistrationShape(
        id=one.id,
        verdict=one.verdict,
        score=one.score,
        reasons=list(one.reasons),
        cluster=one.cluster,
        members=one.members,
        event=one.event,
    )


def _cluster(one: Cluster) -> ClusterShape:
    shared = {kind: round(share, 2) for kind, share in one.common().items() if share >= 0.2}  # noqa: PLR2004  # less is no tie
    return ClusterShape(
        id=one.id,
        members=one.total,
        first=one.first,
        last=one.last,
        in_common=dict(sorted(shared.items(), key=lambda item: -item[1])),
        scattered=round(one.scattered, 2),
        fraud=round(one.bad, 1),
        good=round(one.good, 1),
    )
